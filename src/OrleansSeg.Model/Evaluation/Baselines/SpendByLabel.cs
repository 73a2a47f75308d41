using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Baselines;

/// <summary>Expected spend as segment probabilities imply it: each segment's mean in training, weighed.</summary>
internal static class SpendByLabel
{
    /// <summary>(S) mean future spend of each label.</summary>
    public static float[] Of(ExampleSet train)
    {
        var means = new float[train.Scheme.Count];
        foreach (var group in train.Examples.GroupBy(example => example.Label))
        {
            means[group.Key] = group.Average(example => example.FutureSpend);
        }

        return means;
    }

    /// <summary>The mean over segments.</summary>
    public static float Expect(float[] probabilities, float[] spends) => probabilities.Zip(spends, (p, spend) => p * spend).Sum();
}
