using OrleansSeg.Inference;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference;
using OrleansSeg.Segments;

namespace OrleansSeg.Models;

/// <summary>A bundle's model as the engine sees it.</summary>
internal sealed class SegmentScoringModel(int version, SegmentModel model) : IScoringModel
{
    /// <inheritdoc />
    public int Version => version;

    /// <inheritdoc />
    public IReadOnlyList<ModelScore> Score(IReadOnlyList<CustomerInput> inputs)
    {
        var forecasts = model.Forecast(inputs);
        var scores = new ModelScore[forecasts.Count];
        for (var i = 0; i < scores.Length; i++)
        {
            var forecast = forecasts[i];
            scores[i] = new ModelScore(
                model.Decide(forecast),
                [.. model.Scheme.Labels.Zip(forecast.Probabilities, (label, probability) => new SegmentProbability(label, probability))],
                forecast.Churn,
                forecast.ExpectedSpend);
        }

        return scores;
    }

    /// <inheritdoc />
    public SegmentExplanation Explain(string customer, CustomerInput input)
    {
        var explanation = model.Explain(input);
        return new SegmentExplanation(
            customer,
            explanation.Segment,
            explanation.Probability,
            version,
            explanation.Method,
            explanation.BaseValue,
            [.. explanation.Factors.Select(factor => new ExplanationFactor(factor.Name, factor.Value, factor.Contribution))]);
    }

    /// <inheritdoc />
    public void Dispose() => model.Dispose();
}
