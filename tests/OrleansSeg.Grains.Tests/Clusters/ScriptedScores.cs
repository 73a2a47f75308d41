using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrleansSeg.Inference;
using OrleansSeg.Model.Features;
using OrleansSeg.Models;
using OrleansSeg.Segments;

namespace OrleansSeg.Grains.Tests.Clusters;

/// <summary>Scores that follow from the features alone, and a record of what was asked.</summary>
/// <remarks>
/// Last purchase more than 90 days ago: <c>lapsing</c>; spend of 1,000 or more: <c>high_value</c>; purchases on two days or more:
/// <c>loyal</c>; on one: <c>promising</c>; none: <c>browser</c>. Churn is recency over 180 days, the value a tenth of the spend.
/// </remarks>
public sealed class ScriptedScores
{
    public static readonly ImmutableArray<string> Labels = ["browser", "lapsing", "high_value", "promising", "loyal"];

    private readonly ConcurrentQueue<CustomerInput> _inputs = new();
    private volatile Func<CustomerInput, Exception?>? _failure;

    /// <summary>Every input scored, in the order of scoring.</summary>
    public IReadOnlyCollection<CustomerInput> Inputs => _inputs;

    /// <summary>Fails a batch that holds an input for which this gives an exception; null scores again.</summary>
    public void FailOn(Func<CustomerInput, Exception?>? failure) => _failure = failure;

    /// <summary>The score of one input.</summary>
    public static ModelScore ScoreOf(CustomerInput input)
    {
        var segment = SegmentOf(input);
        var recency = FeatureOf(input, "days_since_last_purchase");
        var churn = float.IsNaN(recency) ? 1f : Math.Min(1f, recency / 180f);
        var probabilities = Labels.Select(label => new SegmentProbability(label, label == segment ? 0.8f : 0.05f));
        return new ModelScore(segment, [.. probabilities], churn, FeatureOf(input, "spend") / 10f);
    }

    /// <summary>One raw feature.</summary>
    public static float FeatureOf(CustomerInput input, string name) => input.Aggregates[AggregateFeatures.Names.IndexOf(name)];

    internal IReadOnlyList<ModelScore> Score(IReadOnlyList<CustomerInput> inputs)
    {
        foreach (var input in inputs)
        {
            if (_failure?.Invoke(input) is { } exception)
            {
                throw exception;
            }
        }

        foreach (var input in inputs)
        {
            _inputs.Enqueue(input);
        }

        return [.. inputs.Select(ScoreOf)];
    }

    private static string SegmentOf(CustomerInput input) =>
        FeatureOf(input, "days_since_last_purchase") > 90 ? "lapsing"
        : FeatureOf(input, "spend") >= 1_000 ? "high_value"
        : FeatureOf(input, "purchase_days") >= 2 ? "loyal"
        : FeatureOf(input, "purchase_days") == 1 ? "promising"
        : "browser";
}

/// <summary>A model of one version over shared scores.</summary>
internal sealed class ScriptedModel(int version, ScriptedScores scores) : IScoringModel
{
    public int Version => version;

    public IReadOnlyList<ModelScore> Score(IReadOnlyList<CustomerInput> inputs) => scores.Score(inputs);

    public SegmentExplanation Explain(string customer, CustomerInput input, LifetimeAggregates? lifetime)
    {
        var score = ScriptedScores.ScoreOf(input);
        var factor = new ExplanationFactor("days_since_last_purchase", $"{ScriptedScores.FeatureOf(input, "days_since_last_purchase")}", 1f);
        return new SegmentExplanation(customer, score.Segment, 0.8f, version, "scripted", 0f, [factor])
        {
            AsOf = input.AsOf,
            Counterfactuals = [new SegmentCounterfactual($"after {lifetime?.EventCount} events", "loyal", 0.8f, "order", 0)],
        };
    }

    public void Dispose()
    {
    }
}

/// <summary>Gives a scripted model for whatever the registry names.</summary>
internal sealed class ScriptedModelLoader(ScriptedScores scores) : IScoringModelLoader
{
    public Task<IScoringModel> LoadAsync(ModelReference reference, CancellationToken cancellationToken) =>
        Task.FromResult<IScoringModel>(new ScriptedModel(reference.Version, scores));
}
