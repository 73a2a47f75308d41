using System.Collections.Immutable;
using System.Numerics.Tensors;
using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Sequences;

namespace OrleansSeg.Model.Training;

/// <summary>How much each member of a network counts. M members, N examples, S segments.</summary>
/// <remarks>
/// Stacking (Wolpert 1992) of a logarithmic opinion pool (Genest and Zidek 1986): shares that are not negative and sum to 1, as they make
/// recalibrated log loss on validation least. One share serves all heads. They are folded into the members' own heads, so that a network
/// says the plain mean of its members as ever, in service, in a bundle and where it is explained.
/// </remarks>
/// <param name="Shares">(M) the shares.</param>
internal sealed record MemberShares(ImmutableArray<double> Shares)
{
    private const int RoundCountMax = 8;
    private const double Tolerance = 5e-3;

    /// <summary>Fits the shares of a trained network, whose members still count alike.</summary>
    /// <param name="network">The network.</param>
    /// <param name="config">Its shape.</param>
    /// <param name="encoder">Turns examples into tensors.</param>
    /// <param name="validation">Later examples; those without a label are left out.</param>
    public static MemberShares Fit(SegmentNetwork network, NetworkConfig config, InputEncoder encoder, ExampleSet validation)
    {
        if (network.Members.Count == 1)
        {
            return new MemberShares([1]);
        }

        var labelled = validation.Labelled().Examples;
        float[][][] logits = [.. Enumerable.Range(0, network.Members.Count).Select(LogitsOf)];
        return Fit(logits, [.. labelled.Select(example => example.Label)]);

        float[][] LogitsOf(int member)
        {
            using var alone = network.Alone(member, config);
            return Array.ConvertAll(NetworkForecasts.Run(alone, encoder, [.. labelled.Select(example => example.Input)]), heads => heads.Logits);
        }
    }

    /// <summary>Fits on what the members say.</summary>
    /// <param name="logits">(M, N, S) logits.</param>
    /// <param name="labels">(N) true classes.</param>
    /// <remarks>In turn, the correction for the shares at hand, and under it each member's share against the others as they stand to each other.</remarks>
    internal static MemberShares Fit(float[][][] logits, IReadOnlyList<int> labels)
    {
        double[] shares = [.. Enumerable.Repeat(1.0 / logits.Length, logits.Length)];
        for (var (round, change) = (0, double.MaxValue); round < RoundCountMax && change > 2 * Tolerance; round++)
        {
            var pool = Mix(logits, shares);
            var correction = Recalibration.Fit(pool, labels);
            double[] before = [.. shares];
            for (var member = 0; member < shares.Length; member++)
            {
                SetBest(logits, labels, correction, shares, member);
            }

            change = shares.Zip(before, (now, then) => Math.Abs(now - then)).Max();
        }

        return new MemberShares([.. shares]);
    }

    /// <summary>Makes the plain mean of the members their shares' mean.</summary>
    public void FoldInto(SegmentNetwork network)
    {
        foreach (var (i, member) in network.Members.Index())
        {
            FoldInto(member, i);
        }
    }

    /// <summary>Does so for one member, whose place is i.</summary>
    public void FoldInto(NetworkMember member, int i)
    {
        if (Shares.Length > 1)
        {
            member.ScaleHeads(Shares[i] * Shares.Length);
        }
    }

    private static void SetBest(float[][][] logits, IReadOnlyList<int> labels, Recalibration correction, double[] shares, int member)
    {
        double[] others = [.. shares];
        others[member] = 0;
        var sum = others.Sum();
        others = [.. others.Select((share, i) => i == member ? 0 : sum > 0 ? share / sum : 1.0 / (shares.Length - 1))];
        var (own, rest) = (logits[member], Mix(logits, others));
        var best = GoldenSection.Minimize(LossAt, 0, 1, Tolerance);
        best = LossAt(0) <= LossAt(best) ? 0 : LossAt(1) <= LossAt(best) ? 1 : best;
        for (var i = 0; i < shares.Length; i++)
        {
            shares[i] = i == member ? best : others[i] * (1 - best);
        }

        double LossAt(double share) => correction.LogLoss(Mix([own, rest], [share, 1 - share]), labels);
    }

    /// <summary>(M, N, S) and (M) -> (N, S).</summary>
    private static float[][] Mix(float[][][] logits, double[] shares)
    {
        var mixed = Array.ConvertAll(logits[0], row => new float[row.Length]);
        foreach (var (member, share) in logits.Zip(shares))
        {
            for (var row = 0; row < mixed.Length; row++)
            {
                TensorPrimitives.MultiplyAdd(member[row], (float)share, mixed[row], mixed[row]);
            }
        }

        return mixed;
    }
}
