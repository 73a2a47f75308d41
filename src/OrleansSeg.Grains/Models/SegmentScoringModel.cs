using System.Text.Json;
using OrleansSeg.Inference;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Inference.Counterfactuals;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Training;
using OrleansSeg.Segments;

namespace OrleansSeg.Models;

/// <summary>A bundle's model as the engine sees it.</summary>
internal sealed class SegmentScoringModel(int version, SegmentModel model) : IScoringModel
{
    /// <inheritdoc />
    public int Version => version;

    /// <inheritdoc />
    public PreparedInputs Prepare(IReadOnlyList<CustomerInput> inputs) => new Encoded(inputs, model.Encode(inputs));

    /// <inheritdoc />
    public IReadOnlyList<ModelScore> Score(IReadOnlyList<CustomerInput> inputs) => ToScores(model.Forecast(inputs));

    /// <inheritdoc />
    public IReadOnlyList<ModelScore> Score(PreparedInputs prepared) => ToScores(model.Forecast(((Encoded)prepared).Tensors));

    /// <inheritdoc />
    public SegmentExplanation Explain(string customer, CustomerInput input, LifetimeAggregates? lifetime)
    {
        var explanation = model.Explain(input);
        return new SegmentExplanation(
            customer,
            explanation.Segment,
            explanation.Probability,
            version,
            explanation.Method,
            explanation.BaseValue,
            [.. explanation.Factors.Select(factor => new ExplanationFactor(factor.Name, factor.Value, factor.Contribution) { Group = factor.Group })])
        {
            AsOf = input.AsOf,
            Counterfactuals = lifetime is null ? [] : [.. model.CounterfactualsOf(input, lifetime).Select(ToWire)],
        };
    }

    /// <inheritdoc />
    public void Dispose() => model.Dispose();

    private static SegmentCounterfactual ToWire(Counterfactual found) =>
        new(found.Change, found.Segment, found.Probability, JsonNamingPolicy.CamelCase.ConvertName(found.Kind.ToString()), found.Days);

    private ModelScore[] ToScores(IReadOnlyList<Forecast> forecasts)
    {
        var scores = new ModelScore[forecasts.Count];
        for (var i = 0; i < scores.Length; i++)
        {
            var forecast = forecasts[i];
            scores[i] = new ModelScore(
                model.Decide(forecast),
                [.. model.Scheme.Labels.Zip(forecast.Probabilities, (label, probability) => new SegmentProbability(label, probability))],
                forecast.Churn,
                forecast.ExpectedSpend)
            {
                ExpectedValueLow = forecast.SpendLow,
                ExpectedValueHigh = forecast.SpendHigh,
            };
        }

        return scores;
    }

    /// <summary>A batch as tensors.</summary>
    private sealed class Encoded(IReadOnlyList<CustomerInput> inputs, EncodedInputs tensors) : PreparedInputs(inputs)
    {
        public EncodedInputs Tensors => tensors;

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                tensors.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
