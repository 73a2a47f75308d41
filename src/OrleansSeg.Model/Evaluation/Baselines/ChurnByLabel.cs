using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Baselines;

/// <summary>Churn as segment probabilities imply it: the share of each segment's past buyers who lapsed in training, weighed by how many of the segment are past buyers.</summary>
internal sealed class ChurnByLabel
{
    private const float BuyersMin = 1e-6f;

    private readonly float[] _buyers;
    private readonly float[] _lapsed;

    private ChurnByLabel(float[] buyers, float[] lapsed) => (_buyers, _lapsed) = (buyers, lapsed);

    /// <summary>Counts training examples. In the predictive scheme every lapsing buyer lapses and no other does.</summary>
    public static ChurnByLabel Of(ExampleSet train)
    {
        var (buyers, lapsed) = (new float[train.Scheme.Count], new float[train.Scheme.Count]);
        foreach (var group in train.Examples.Where(example => example.Label >= 0).GroupBy(example => example.Label))
        {
            var bought = group.Count(example => example.HasPurchased);
            buyers[group.Key] = bought / (float)group.Count();
            lapsed[group.Key] = group.Count(example => example is { HasPurchased: true, BuysAgain: false }) / (float)Math.Max(1, bought);
        }

        return new ChurnByLabel(buyers, lapsed);
    }

    /// <summary>Probability that a past buyer of these segment probabilities does not buy within the horizon.</summary>
    public float Expect(float[] probabilities)
    {
        var (bought, lapsed) = (0f, 0f);
        for (var label = 0; label < probabilities.Length; label++)
        {
            bought += probabilities[label] * _buyers[label];
            lapsed += probabilities[label] * _buyers[label] * _lapsed[label];
        }

        return lapsed / Math.Max(BuyersMin, bought);
    }
}
