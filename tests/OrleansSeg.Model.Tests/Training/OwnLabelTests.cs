using System.Text;
using System.Text.Json;
using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Evaluation.Baselines;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Training;
using TorchSharp;

namespace OrleansSeg.Model.Tests.Training;

/// <summary>The shop's own labels: a tier that follows from what a customer spends, and that one in three has not got.</summary>
public sealed class OwnLabelTests
{
    private static readonly TrainingPlan Plan = SmallShop.Plan with { Scheme = SchemeChoice.Parse("label:attributes.tier"), BootstrapResamples = 10 };

    private static readonly Lazy<LabelledData> Read = new(() => ReadAsync(Shop()).GetAwaiter().GetResult());

    [Fact]
    public void Customers_AreInOneSetAlone_AndSomeHaveNoLabel()
    {
        var data = Read.Value;
        var sets = new[] { data.Training, data.Validation, data.Test! }.Select(set => set.Examples.Select(example => example.CustomerId).ToHashSet()).ToList();
        Assert.False(sets[0].Overlaps(sets[1]) || sets[0].Overlaps(sets[2]) || sets[1].Overlaps(sets[2]));
        Assert.Equal("large small", string.Join(' ', data.Scheme.Labels));
        Assert.Equal(["typo"], data.DroppedLabels.Keys);
        Assert.InRange(data.Training.Examples.Count(example => example.Label == Example.None) / (double)data.Training.Examples.Count, 0.2, 0.5);
        Assert.All(data.Training.Labelled().Examples, example => Assert.True(example.Label >= 0));
    }

    [Fact]
    public async Task TheLabel_IsNoFeature_OfExamples()
    {
        // The labels of all are swapped, and one that nobody knows is planted: inputs must not show it.
        var swapped = await ReadAsync(Shop().Select(history => history with
        {
            Attributes = history.Attributes.ToDictionary(a => a.Key, a => a.Key == "tier" ? (a.Value == "small" ? "large" : "small") : a.Value),
        }));
        Assert.Equal(Describe(Read.Value), Describe(swapped));
        Assert.NotEqual(Read.Value.Training.Examples.Select(example => example.Label), swapped.Training.Examples.Select(example => example.Label));
        Assert.DoesNotContain("tier", Describe(Read.Value), StringComparison.Ordinal);
        Assert.Contains("country", Describe(Read.Value), StringComparison.Ordinal);
    }

    [Fact]
    public void TheLabel_IsNoFeature_OfAServedModel_AndOtherAttributesAre()
    {
        using var model = SmallShopData.Trainer(epochs: 2).Fit(Read.Value.Training, Read.Value.Validation, 1, null, default);
        var card = Cards.Any with { Scheme = Plan.Scheme.ToString() };
        using var loaded = SegmentModel.FromFiles(model.ToFiles(card));
        var input = Read.Value.Test!.Examples[0].Input;
        var forecasts = loaded.Forecast([With(input, "tier=large"), With(input, "tier=small"), With(input, "tiers=small")]);
        Assert.Equal(forecasts[0].Probabilities[0], forecasts[1].Probabilities[0], 5);
        Assert.Equal(forecasts[0].ExpectedSpend, forecasts[1].ExpectedSpend, 3);
        Assert.NotEqual(forecasts[0].Probabilities[0], forecasts[2].Probabilities[0], 4);
        Assert.DoesNotContain(loaded.Explain(With(input, "tier=large")).Factors, factor => factor.Value.Contains("tier=", StringComparison.Ordinal));
        Assert.Equal("tier", loaded.Scheme.Attribute);
    }

    [Fact]
    public void ModelAndBaselines_TellTheTier_OfCustomersTheyNeverSaw()
    {
        var (data, test) = (Read.Value, Read.Value.Test!.Labelled());
        var sparse = new[] { data.Training, data.Validation }.Select(set => set.Labelled()).ToList();
        using var model = SmallShopData.Trainer(epochs: 4).Fit(data.Training, data.Validation, 1, null, default);
        using var logistic = new WithAttributes(new LogisticBaseline()).Fit(sparse[0], sparse[1], 1, null, default);
        using var again = logistic.Refit(sparse[1], 1, null, default);
        Assert.All<IForecaster>([model, logistic, again], forecaster =>
        {
            var scores = Scorer.Measure("", test, forecaster.Forecast([.. test.Examples.Select(example => example.Input)]), [1, 1], resamples: 0, seed: 1);
            Assert.True(scores.MacroAuroc > 0.85, $"{scores.MacroAuroc}");
        });
    }

    [Fact]
    public void AnExampleWithoutALabel_TrainsChurnAndSpend_AndTellsNothingOfSegments()
    {
        using var scope = torch.NewDisposeScope();
        var model = SmallShopData.Model;
        var examples = SmallShopData.Data.Training.Examples.Where(example => example.HasPurchased).Take(20).ToList();
        var unlabelled = examples.Take(10).Select(example => example with { Label = Example.None }).ToList();
        var (some, mixed, none) = (GradientsOf(examples[10..]), GradientsOf([.. unlabelled, .. examples[10..]]), GradientsOf(unlabelled));
        Assert.Equal(some["segment"], mixed["segment"], 4);
        Assert.NotEqual(some["churn"], mixed["churn"], 4);
        Assert.Equal(0, none["segment"]);
        Assert.All([none["churn"], none["spend"]], gradient => Assert.True(gradient > 0));

        // The norm of each head's gradient.
        Dictionary<string, double> GradientsOf(IReadOnlyList<Example> batch)
        {
            var network = new SegmentNetwork(model.Config with { Dropout = 0 }, 1);
            NetworkLoss.Of(network, model.Encoder, batch, new NetworkTrainingOptions(), new torch.Generator(1)).backward();
            return new[] { "segment", "churn", "spend" }.ToDictionary(
                head => head,
                head => (double)network.named_parameters().Single(weight => SegmentNetwork.PartOf(weight.name) == $"{head}.weight").parameter.grad!.norm().item<float>());
        }
    }

    [Fact]
    public async Task AnAttributeThatNobodyHas_IsNamed()
    {
        var plan = Plan with { Scheme = SchemeChoice.Parse("label:rank") };
        var refused = await Assert.ThrowsAsync<InsufficientDataException>(() => ExampleReader.ReadForTrainingAsync(SmallShop.Source(Shop()), plan, null, default));
        Assert.Equal("Training needs at least two segments with 20 examples each; of the labels in attribute 'rank' none has as many.", refused.Message);
    }

    [Fact]
    public void ABundleOfThePredictiveScheme_NamesNoOther()
    {
        // What earlier releases wrote has neither; it must load, and what is written now must be what they read.
        var files = SmallShopData.Model.ToFiles(Cards.Any);
        using var scheme = JsonDocument.Parse(files["scheme.json"]);
        Assert.Equal(["name", "labels", "horizon", "highValueThreshold", "count"], scheme.RootElement.EnumerateObject().Select(part => part.Name));
        Assert.DoesNotContain("scheme", Encoding.UTF8.GetString(files["card.json"]), StringComparison.Ordinal);
        using var loaded = SegmentModel.FromFiles(files);
        Assert.Null(loaded.Scheme.Attribute);
    }

    private static IEnumerable<CustomerHistory> Shop() => SmallShop.Histories(600).Select((history, i) => history with
    {
        Attributes = i % 3 == 0
            ? history.Attributes
            : new Dictionary<string, string>(history.Attributes) { ["tier"] = i < 20 ? "typo" : history.Events.Average(e => e.UnitPrice)!.Value > 12m ? "large" : "small" },
    });

    private static Task<LabelledData> ReadAsync(IEnumerable<CustomerHistory> shop) =>
        ExampleReader.ReadForEvaluationAsync(SmallShop.Source(shop), SmallShopData.Cutoff, Plan, null, default);

    private static CustomerInput With(CustomerInput input, string attribute) => input with { Attributes = [.. input.Attributes.Append(attribute).Order(StringComparer.Ordinal)] };

    private static string Describe(LabelledData data) => string.Join('\n', data.Training.Examples.Concat(data.Validation.Examples).Concat(data.Test!.Examples)
        .Select(example => $"{example.CustomerId} {string.Join(' ', example.Input.Aggregates)} {string.Join(' ', example.Input.Attributes)}"));
}
