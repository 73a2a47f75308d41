using OrleansSeg.Model.Features;

namespace OrleansSeg.Model.Inference;

/// <summary>Explanations.</summary>
public sealed partial class SegmentModel
{
    /// <summary>How explanations are computed.</summary>
    public const string ExplanationMethod = "integrated-gradients";

    /// <summary>Explains the segment decided for one customer. Cost: about one forward and backward pass over 34 customers.</summary>
    public Explanation Explain(CustomerInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var forecast = Forecast([input])[0];
        var segment = Evaluation.DecisionWeights.Decide(forecast.Probabilities, DecisionWeights.AsSpan());
        using var batch = _encoder.Encode([input]);
        var attribution = IntegratedGradients.Of(_network, batch, segment, Calibration.Segments);
        return new Explanation(
            Scheme.Labels[segment],
            forecast.Probabilities[segment],
            ExplanationMethod,
            attribution.Score,
            attribution.BaseValue,
            [.. Factors(input, attribution).Where(factor => factor.Contribution != 0).OrderByDescending(factor => Math.Abs(factor.Contribution))]);
    }

    private IEnumerable<Factor> Factors(CustomerInput input, Attribution attribution)
    {
        var contributions = attribution.Aggregates[..AggregateFeatures.Names.Length];
        for (var i = 0; i < _normalizer.Indicators.Length; i++)
        {
            contributions[_normalizer.Indicators[i]] += attribution.Aggregates[AggregateFeatures.Names.Length + i];
        }

        foreach (var feature in contributions.Index().GroupBy(pair => FactorNames.OfFeature(AggregateFeatures.Names[pair.Index])))
        {
            var value = FactorNames.ValueOf(AggregateFeatures.Names[feature.First().Index], input);
            yield return new Factor(feature.Key, value, feature.Sum(pair => pair.Item));
        }

        yield return new Factor("profile", string.Join(", ", input.Attributes.Where(Scheme.Shows)), attribution.Profile);
        for (var t = 0; t < input.Tokens.Length; t++)
        {
            var token = input.Tokens.Span[t];
            yield return new Factor(FactorNames.OfStep(token), FactorNames.ValueOf(token), attribution.Steps[t]) { Group = FactorNames.OfSteps(token.Type) };
        }

        if (input.Tokens.IsEmpty)
        {
            yield return new Factor("no recent behaviour", "", attribution.Steps[0]);
        }
    }
}
