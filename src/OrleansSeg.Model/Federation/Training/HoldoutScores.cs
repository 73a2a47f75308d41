using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>How a finished model does on a site's holdout.</summary>
public static class HoldoutScores
{
    /// <summary>Measures a model, whatever scheme the examples are labelled by: a label that the model lacks has probability 0.</summary>
    /// <param name="model">The model.</param>
    /// <param name="holdout">The site's holdout, labelled by one scheme for all models that are compared.</param>
    public static ScoreSums Of(SegmentModel model, ExampleSet holdout) => Measure(model, holdout).Sums;

    /// <summary>The same, and each example's loss, to compare with another model's on the same examples.</summary>
    /// <param name="model">The model.</param>
    /// <param name="holdout">The site's holdout.</param>
    public static HoldoutMeasure Measure(SegmentModel model, ExampleSet holdout)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(holdout);
        int[] places = [.. holdout.Scheme.Labels.Select(model.Scheme.IndexOf)];
        Forecast[] forecasts = [.. model.Forecast([.. holdout.Examples.Select(example => example.Input)])
            .Select(forecast => forecast with { Probabilities = Array.ConvertAll(places, place => place < 0 ? 0 : forecast.Probabilities[place]) })];
        return new HoldoutMeasure(
            ScoreSums.Of(holdout, forecasts, Array.ConvertAll(places, place => place < 0 ? 0 : model.DecisionWeights[place])), ScoreSums.LossesOf(holdout, forecasts));
    }
}

/// <summary>How forecasts did on a holdout.</summary>
/// <param name="Sums">Their figures.</param>
/// <param name="Losses">(N) each example's log loss in nats; it does not leave the trainer.</param>
public sealed record HoldoutMeasure(ScoreSums Sums, double[] Losses);
