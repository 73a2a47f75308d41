using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Training;

public sealed class RfmModelTests
{
    [Fact]
    public async Task ABundleOfTheRfmScheme_KnowsItsQuantiles_AndTellsWhereCustomersWillStand()
    {
        var plan = SmallShop.Plan with { Scheme = SchemeChoice.Parse("rfm") };
        var data = await ExampleReader.ReadForEvaluationAsync(SmallShop.Source(SmallShop.Histories()), SmallShopData.Cutoff, plan, null, default);
        using var model = SmallShopData.Trainer(epochs: 4).Fit(data.Training, data.Validation, 1, null, default);
        using var loaded = SegmentModel.FromFiles(model.ToFiles(Cards.Any));
        Assert.Equal(data.Scheme.Quantiles!.Money.ToArray(), loaded.Scheme.Quantiles!.Money.ToArray());
        Assert.Contains(RfmSegments.Champions, loaded.Scheme.Labels);

        var test = data.Test!.Examples;
        var decided = loaded.Forecast([.. test.Select(example => example.Input)]).Select(loaded.Decide).ToList();
        var right = decided.Zip(test).Count(pair => pair.First == data.Scheme.Labels[pair.Second.Label]);
        var usual = test.CountBy(example => example.Label).Max(label => label.Value);
        Assert.True(right > usual, $"{right} of {test.Count}; everybody's most usual segment is right {usual} times");
    }
}
