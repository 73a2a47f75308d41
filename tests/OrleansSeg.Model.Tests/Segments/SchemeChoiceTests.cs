using OrleansSeg.Model.Segments;

namespace OrleansSeg.Model.Tests.Segments;

public sealed class SchemeChoiceTests
{
    [Theory]
    [InlineData("predictive", "predictive")]
    [InlineData("rfm", "rfm")]
    [InlineData("label:attributes.tier", "label:attributes.tier")]
    [InlineData("label:tier", "label:attributes.tier")]
    [InlineData("discover", "discover:3-8")]
    [InlineData("discover:2-20", "discover:2-20")]
    public void Choice_IsReadAsItIsWritten(string text, string written) => Assert.Equal(written, SchemeChoice.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("RFM")]
    [InlineData("rfm:5")]
    [InlineData("label")]
    [InlineData("label:attributes.")]
    [InlineData("label:a=b")]
    [InlineData("discover:1-4")]
    [InlineData("discover:5-4")]
    [InlineData("discover:3-21")]
    [InlineData("discover:3")]
    public void WhatIsNone_IsRefused_WithTheForms(string text) =>
        Assert.Equal($"'{text}' is no scheme: {SchemeChoice.Forms}.", Assert.Throws<FormatException>(() => SchemeChoice.Parse(text)).Message);
}
