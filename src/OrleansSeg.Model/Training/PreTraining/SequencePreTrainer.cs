using OrleansSeg.Model.Features;
using OrleansSeg.Model.Sequences;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Training.PreTraining;

/// <summary>Teaches a network's sequence encoders from what customers did, labels apart.</summary>
/// <remarks>Only training examples are read, of each customer the latest. The same examples, options and seed give bitwise the same weights.</remarks>
/// <param name="encoder">Turns inputs into tensors.</param>
/// <param name="options">What they learn and how long.</param>
/// <param name="stage">Name in progress lines.</param>
internal sealed class SequencePreTrainer(InputEncoder encoder, PreTrainingOptions options, string stage)
{
    private const int StepsMin = 2;

    /// <summary>Trains in place.</summary>
    public void Train(SegmentNetwork network, IReadOnlyList<Example> examples, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        List<CustomerInput> customers =
        [
            .. examples.GroupBy(example => example.CustomerId, StringComparer.Ordinal).Select(group => group.MaxBy(example => example.Input.AsOf)!.Input)
                .Where(input => input.Tokens.Length >= StepsMin),
        ];
        foreach (var (i, member) in network.Members.Index().Where(pair => pair.Item.StepWeights.Any()))
        {
            Train(member, $"{stage} steps {i + 1}", customers, unchecked(seed + (i * 7919)), progress, cancellationToken);
        }
    }

    private void Train(
        NetworkMember member, string name, IReadOnlyList<CustomerInput> customers, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        using var drawn = new Generator((ulong)(uint)seed);
        using var task = TaskOf(member, drawn);
        using var optimizer = new AdamSteps([new TrainedGroup([.. member.StepWeights, .. task.Weights], 1, 1e-2)]);
        var (random, order) = (new Random(seed), Enumerable.Range(0, customers.Count).ToArray());
        var batches = Math.Max(1, customers.Count / options.BatchSize);
        var rates = new RateSchedule(batches * options.Epochs);
        for (var (epoch, step) = (1, 0); epoch <= options.Epochs && customers.Count > 1; epoch++)
        {
            random.Shuffle(order);
            var losses = 0.0;
            foreach (var part in order.Chunk((int)Math.Ceiling(customers.Count / (double)batches)).Where(part => part.Length > 1))
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                optimizer.ZeroGradients();
                var loss = task.LossOf(member, encoder, [.. part.Select(i => customers[i])], random, drawn);
                loss.backward();
                optimizer.Step(options.LearningRate * rates.At(step++));
                losses += loss.item<float>();
            }

            progress?.Report(new TrainingProgress(name, epoch, options.Epochs, losses / batches, double.NaN));
        }
    }

    private ISequenceTask TaskOf(NetworkMember member, Generator random) => options.Kind switch
    {
        PreTrainingKind.Contrastive => new ContrastiveTask(),
        PreTrainingKind.Replaced => new ReplacedTask(member.Hidden, random),
        PreTrainingKind.Masked => new MaskedTask(member.Hidden, random),
        _ => throw new InvalidOperationException($"{options.Kind} teaches nothing. This is a bug."),
    };
}
