using OrleansSeg.Model.Text.Transformer;

namespace OrleansSeg.Model.Tests.Text.Checkpoints;

public sealed class BertShapesTests
{
    [Theory]
    [InlineData(BertFamily.Bert)]
    [InlineData(BertFamily.Roberta)]
    [InlineData(BertFamily.DistilBert)]
    public void Shapes_AreThoseOfTheEncoder(BertFamily family)
    {
        var config = TinyCheckpoint.Config(family);
        using var encoder = new BertEncoder(config);
        var told = BertShapes.Of(config).Select(entry => $"{entry.Name} ({string.Join(", ", entry.Shape)})");
        var made = encoder.named_parameters().Select(entry => $"{entry.name} ({string.Join(", ", entry.parameter.shape)})");
        Assert.Equal(told.Order(StringComparer.Ordinal), made.Order(StringComparer.Ordinal));
    }
}
