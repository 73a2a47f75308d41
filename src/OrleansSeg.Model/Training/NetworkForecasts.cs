using OrleansSeg.Model.Features;
using OrleansSeg.Model.Sequences;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Training;

/// <summary>Runs a trained network over inputs, in batches of one length each.</summary>
internal static class NetworkForecasts
{
    private const int BatchSize = 512;

    /// <summary>Raw heads of one network in the order of the inputs: (S) logits, churn logit, log(1 + spend).</summary>
    public static (float[] Logits, float Churn, float LogSpend)[] Run(SegmentNetwork network, InputEncoder encoder, IReadOnlyList<CustomerInput> inputs)
    {
        var results = new (float[], float, float)[inputs.Count];
        foreach (var part in Enumerable.Range(0, inputs.Count).OrderBy(i => inputs[i].Tokens.Length).Chunk(BatchSize))
        {
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            using var batch = encoder.Encode([.. part.Select(i => inputs[i])]);
            var (segments, churn, spend) = network.Forward(batch);
            var logits = segments.data<float>().ToArray();
            var churns = churn.data<float>().ToArray();
            var spends = spend.data<float>().ToArray();
            var width = logits.Length / part.Length;
            for (var row = 0; row < part.Length; row++)
            {
                results[part[row]] = (logits[(row * width)..((row + 1) * width)], churns[row], spends[row]);
            }
        }

        return results;
    }

    /// <summary>Mean negative log probability of the truth, in nats.</summary>
    public static double LogLoss(SegmentNetwork network, InputEncoder encoder, ExampleSet set)
    {
        network.eval();
        var heads = Run(network, encoder, [.. set.Examples.Select(example => example.Input)]);
        return heads.Zip(set.Examples).Average(pair => LogLoss(pair.First.Logits, pair.Second.Label));
    }

    private static double LogLoss(float[] logits, int label)
    {
        var peak = logits.Max();
        return Math.Log(logits.Sum(logit => Math.Exp(logit - peak))) + peak - logits[label];
    }
}
