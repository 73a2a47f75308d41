using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference.Counterfactuals;

namespace OrleansSeg.Model.Inference;

/// <summary>Nearest counterfactuals.</summary>
public sealed partial class SegmentModel
{
    private static readonly int SpendPerDay = AggregateFeatures.Names.IndexOf("spend_per_purchase_day");

    /// <summary>The smallest changes of behaviour after which the model would decide for other segments, in the order of the scheme.</summary>
    /// <remarks>For each segment at most one of something done and one of silence. Cost: a batch of at most 24 customers.</remarks>
    /// <param name="input">The customer.</param>
    /// <param name="lifetime">The facts behind <paramref name="input"/>.</param>
    public IReadOnlyList<Counterfactual> CounterfactualsOf(CustomerInput input, LifetimeAggregates lifetime)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(lifetime);
        var hypotheses = new Hypotheses(input, lifetime, UsualSpend());
        var forecasts = Forecast([input, .. hypotheses.All.Select(hypothesis => hypothesis.Input)]);
        int[] decided = [.. forecasts.Select(forecast => Evaluation.DecisionWeights.Decide(forecast.Probabilities, DecisionWeights.AsSpan()))];
        return NearestChanges.Of(hypotheses, [.. forecasts.Skip(1)], decided[1..], Scheme.Labels, decided[0]);
    }

    /// <summary>What customers here spend on a day with a purchase: the mean that the features were centred on, out of its log.</summary>
    private float UsualSpend()
    {
        var mean = _normalizer.Mean[SpendPerDay];
        return MathF.Max(0, _normalizer.Logarithmic[SpendPerDay] ? MathF.Exp(mean) - 1 : mean);
    }
}
