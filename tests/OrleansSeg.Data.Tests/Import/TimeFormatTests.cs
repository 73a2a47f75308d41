using System.Globalization;
using CsCheck;
using OrleansSeg.Data.Import.Mapping;

namespace OrleansSeg.Data.Tests.Import;

public sealed class TimeFormatTests
{
    private static readonly TimeZoneInfo London = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");

    [Fact]
    public void AnyTime_WrittenInIso_IsReadBack() =>
        Gen.Select(Gen.DateTimeOffset, Gen.OneOf("yyyy-MM-dd'T'HH:mm:ss.fffffffzzz", "O", "yyyy/MM/dd HH:mm:ss.fffffff zzz", "yyyy-MM-dd HH:mm:ss,fffffffzzz")).Sample((time, format) =>
        {
            Assert.True(TryIso(time.ToString(format, CultureInfo.InvariantCulture), out var read));
            Assert.Equal(time, read);
            Assert.Equal(TimeSpan.Zero, read.Offset);
        });

    [Theory]
    [InlineData("2019-03-01", "2019-03-01T00:00:00")]
    [InlineData("2019-03-01 23:59", "2019-03-01T23:59:00")]
    [InlineData("2019-03-01T23:59:58.5Z", "2019-03-01T23:59:58.5")]
    [InlineData("2019-03-01 23:59:58 UTC", "2019-03-01T23:59:58")]
    [InlineData("2019-03-01T23:59:58.123456789+02", "2019-03-01T21:59:58.1234567")]
    [InlineData("2019-03-01T23:59-0130", "2019-03-02T01:29:00")]
    [InlineData("2020-02-29", "2020-02-29T00:00:00")]
    public void Iso_InItsForms_IsRead(string text, string utc)
    {
        Assert.True(TryIso(text, out var time));
        Assert.Equal(DateTime.Parse(utc, CultureInfo.InvariantCulture), time.UtcDateTime);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2019")]
    [InlineData("2019-3-1")]
    [InlineData("2019-02-29")]
    [InlineData("2019-13-01")]
    [InlineData("0000-01-01")]
    [InlineData("2019-03-01x")]
    [InlineData("2019-03-01T")]
    [InlineData("2019-03-01 24:00")]
    [InlineData("2019-03-01 10:60")]
    [InlineData("2019-03-01 10:00:60")]
    [InlineData("2019-03-01 10:00:00.")]
    [InlineData("2019-03-01 10:00+25:00")]
    [InlineData("2019-03-01 10:00 CET")]
    [InlineData("2019-03/01")]
    [InlineData("٢٠١٩-٠٣-٠١")]
    [InlineData("0001-01-01 00:00+14:00")]
    [InlineData("9999-12-31 23:59-14:00")]
    public void NotIso_IsRefused(string text) => Assert.False(TryIso(text, out _));

    [Fact]
    public void AnyText_IsReadOrRefused_NeverThrown() =>
        Gen.Select(Gen.String[0, 30], Gen.OneOf("iso", "unixSeconds", "unixMilliseconds", "yyyyMMdd", "d/M/yyyy H:mm")).Sample((text, format) =>
        {
            new TimeFormat([format], London).TryRead(text, out _);
        });

    [Fact]
    public void AnyNumber_AsUnixTime_IsReadOrRefused() =>
        Gen.Long.Sample(number =>
        {
            var text = number.ToString(CultureInfo.InvariantCulture);
            if (new TimeFormat(["unixMilliseconds"], TimeZoneInfo.Utc).TryRead(text, out var time))
            {
                Assert.Equal(number, time.ToUnixTimeMilliseconds());
            }

            new TimeFormat(["unixSeconds"], TimeZoneInfo.Utc).TryRead(text, out _);
        });

    [Theory]
    [InlineData("2019-01-15 12:00", 12)]
    [InlineData("2019-07-15 12:00", 11)]
    [InlineData("2019-07-15 12:00Z", 12)]
    [InlineData("2019-03-31 01:30", 1)]
    [InlineData("2019-10-27 01:30", 1)]
    public void TimeWithoutZone_IsInTheFilesZone(string text, int utcHour)
    {
        Assert.True(new TimeFormat([], London).TryRead(text, out var time));
        Assert.Equal(utcHour, time.Hour);
    }

    [Fact]
    public void Formats_AreTriedInTurn()
    {
        var format = new TimeFormat(["iso", "M/d/yyyy H:mm"], TimeZoneInfo.Utc);
        Assert.True(format.TryRead("12/1/2010 8:26", out var american));
        Assert.True(format.TryRead("2010-12-01 08:26", out var iso));
        Assert.Equal(iso, american);
        Assert.False(format.TryRead("13/1/2010 8:26", out _));
    }

    private static bool TryIso(string text, out DateTimeOffset time) => new TimeFormat([], TimeZoneInfo.Utc).TryRead(text, out time);
}
