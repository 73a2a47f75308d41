using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>What the coordinator asks about validation before it makes a bundle.</summary>
/// <param name="Segments">Recalibration of the segments to measure.</param>
/// <param name="Churn">Recalibration of churn to measure.</param>
/// <param name="Candidates">Decision weights to count decisions under, (S) each; empty while calibrating.</param>
public sealed record FinishQuestion(Recalibration Segments, Recalibration Churn, double[][] Candidates);

/// <summary>A trainer's answer: sums over its validation examples.</summary>
/// <param name="Segments">Of the segments' recalibration.</param>
/// <param name="Churn">Of churn's, among past buyers.</param>
/// <param name="ExpectedSpend">Spend that the network expects, uncorrected.</param>
/// <param name="TrueSpend">Spend there was.</param>
/// <param name="Confusions">(S · S) counts for each candidate, true segment by decided segment.</param>
public sealed record FinishSums(RecalibrationSums Segments, RecalibrationSums Churn, double ExpectedSpend, double TrueSpend, long[][] Confusions)
{
    /// <summary>The sum of all trainers' answers to one question, in ordinal order of trainer ids; at least one.</summary>
    public static FinishSums Merge(IReadOnlyDictionary<string, FinishSums> byTrainer)
    {
        ArgumentNullException.ThrowIfNull(byTrainer);
        var parts = byTrainer.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value).ToList();
        return new FinishSums(
            RecalibrationSums.Sum([.. parts.Select(part => part.Segments)]),
            RecalibrationSums.Sum([.. parts.Select(part => part.Churn)]),
            parts.Sum(part => part.ExpectedSpend),
            parts.Sum(part => part.TrueSpend),
            [.. parts[0].Confusions.Select((_, candidate) => parts.Select(part => part.Confusions[candidate]).Aggregate(Add))]);
    }

    internal static FinishSums Of(FinishQuestion question, IReadOnlyList<Heads> heads, IReadOnlyList<Example> truths)
    {
        var labels = question.Segments.Biases.Length;
        var confusions = question.Candidates.Select(_ => new long[labels * labels]).ToArray();
        for (var i = 0; i < heads.Count && confusions.Length > 0; i++)
        {
            var probabilities = question.Segments.Apply(heads[i].Logits);
            for (var candidate = 0; candidate < confusions.Length; candidate++)
            {
                confusions[candidate][(truths[i].Label * labels) + DecisionWeights.Decide(probabilities, question.Candidates[candidate])]++;
            }
        }

        return new FinishSums(
            RecalibrationSums.Of(question.Segments, heads.Zip(truths, (head, truth) => (head.Logits, truth.Label))),
            RecalibrationSums.Of(question.Churn, heads.Zip(truths).Where(pair => pair.Second.HasPurchased)
                .Select(pair => (new[] { 0, pair.First.Churn }, pair.Second.BuysAgain ? 0 : 1))),
            heads.Sum(head => Inference.Calibration.Spend(head.LogSpend)),
            truths.Sum(truth => (double)truth.FutureSpend),
            confusions);
    }

    private static long[] Add(long[] one, long[] other) => [.. one.Zip(other, (x, y) => x + y)];
}
