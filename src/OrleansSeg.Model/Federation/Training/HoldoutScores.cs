using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>How a finished model does on a site's holdout.</summary>
public static class HoldoutScores
{
    /// <summary>Measures a model, whatever scheme the examples are labelled by: a label that the model lacks has probability 0.</summary>
    /// <param name="model">The model.</param>
    /// <param name="holdout">The site's holdout, labelled by one scheme for all models that are compared.</param>
    public static ScoreSums Of(SegmentModel model, ExampleSet holdout)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(holdout);
        int[] places = [.. holdout.Scheme.Labels.Select(model.Scheme.IndexOf)];
        var forecasts = model.Forecast([.. holdout.Examples.Select(example => example.Input)])
            .Select(forecast => forecast with { Probabilities = Array.ConvertAll(places, place => place < 0 ? 0 : forecast.Probabilities[place]) });
        return ScoreSums.Of(holdout, [.. forecasts], Array.ConvertAll(places, place => place < 0 ? 0 : model.DecisionWeights[place]));
    }
}
