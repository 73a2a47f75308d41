using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Sequences;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Training;

/// <summary>Raw heads of one network for one customer.</summary>
/// <param name="Logits">(S) segment logits.</param>
/// <param name="Churn">Churn logit.</param>
/// <param name="LogSpend">Expected log(1 + spend).</param>
internal readonly record struct Heads(float[] Logits, float Churn, float LogSpend);

/// <summary>Runs a trained network over inputs, in batches of about one length each.</summary>
internal static class NetworkForecasts
{
    private const int BatchSize = 512;

    /// <summary>Heads in the order of the inputs. May run on any threads at once.</summary>
    public static Heads[] Run(SegmentNetwork network, InputEncoder encoder, IReadOnlyList<CustomerInput> inputs)
    {
        var results = new Heads[inputs.Count];
        foreach (var rows in PartsOf(inputs))
        {
            // One part is encoded at a time: a validation set would not fit into memory as tensors.
            using var part = EncodePart(encoder, inputs, rows);
            RunPart(network, part, results);
        }

        return results;
    }

    /// <summary>Heads in the order of the inputs that were encoded. May run on any threads at once.</summary>
    public static Heads[] Run(SegmentNetwork network, EncodedInputs inputs)
    {
        var results = new Heads[inputs.Count];
        foreach (var part in inputs.Parts)
        {
            RunPart(network, part, results);
        }

        return results;
    }

    /// <summary>Encodes all inputs, for a run that follows.</summary>
    public static EncodedInputs Encode(InputEncoder encoder, IReadOnlyList<CustomerInput> inputs) =>
        new(inputs.Count, [.. PartsOf(inputs).Select(rows => EncodePart(encoder, inputs, rows))]);

    /// <summary>Mean log loss in nats once recalibrated: a drift in how often labels occur is not what stops training.</summary>
    public static double LogLoss(SegmentNetwork network, InputEncoder encoder, ExampleSet set)
    {
        set = set.Labelled();
        var heads = Run(network, encoder, [.. set.Examples.Select(example => example.Input)]);
        List<float[]> logits = [.. heads.Select(head => head.Logits)];
        List<int> labels = [.. set.Examples.Select(example => example.Label)];
        return Recalibration.Fit(logits, labels).LogLoss(logits, labels);
    }

    private static IEnumerable<int[]> PartsOf(IReadOnlyList<CustomerInput> inputs) =>
        Enumerable.Range(0, inputs.Count).OrderBy(i => inputs[i].Tokens.Length).Chunk(BatchSize);

    private static EncodedPart EncodePart(InputEncoder encoder, IReadOnlyList<CustomerInput> inputs, int[] rows) =>
        new(rows, encoder.Encode(Array.ConvertAll(rows, row => inputs[row])));

    private static void RunPart(SegmentNetwork network, EncodedPart part, Heads[] results)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var (segments, churn, spend) = network.Forward(part.Batch);
        var logits = segments.cpu().data<float>().ToArray();
        var churns = churn.cpu().data<float>().ToArray();
        var spends = spend.cpu().data<float>().ToArray();
        var width = logits.Length / part.Rows.Length;
        for (var row = 0; row < part.Rows.Length; row++)
        {
            results[part.Rows[row]] = new Heads(logits[(row * width)..((row + 1) * width)], churns[row], spends[row]);
        }
    }
}
