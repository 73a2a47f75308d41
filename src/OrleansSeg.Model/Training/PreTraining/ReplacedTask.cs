using OrleansSeg.Model.Features;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Training.PreTraining;

/// <summary>Some steps are another customer's; each step is to be told whether it is. B customers, T steps, H hidden.</summary>
/// <remarks>
/// Replaced-token detection (Clark et al. 2020, arXiv:2003.10555) on events. Differs: what replaces a step is drawn from the batch's other
/// customers, not by a generator network. A replaced step keeps its time, so that the order does not give it away.
/// </remarks>
internal sealed class ReplacedTask : ISequenceTask
{
    private const double Share = 0.15;
    private readonly Linear _head;

    /// <summary>Makes the task.</summary>
    /// <param name="hidden">Width of the states (H).</param>
    /// <param name="random">Draws its weights.</param>
    public ReplacedTask(int hidden, Generator random)
    {
        _head = Blank.Linear(hidden, 1);
        Blank.Draw(_head, random);
    }

    /// <inheritdoc />
    public IEnumerable<Parameter> Weights => _head.parameters();

    /// <inheritdoc />
    public Tensor LossOf(NetworkMember member, InputEncoder encoder, IReadOnlyList<CustomerInput> customers, Random random, Generator dropout)
    {
        var (seen, replaced) = Replace(customers, random);
        using var batch = encoder.Encode(seen);
        var states = member.States(member.EmbedSteps(batch), batch.Lengths, dropout)!; // (B, T, H)
        var longest = (int)states.shape[1];
        var (truth, real) = (new float[seen.Count * longest], new float[seen.Count * longest]);
        for (var b = 0; b < seen.Count; b++)
        {
            for (var t = 0; t < replaced[b].Length; t++)
            {
                (truth[(b * longest) + t], real[(b * longest) + t]) = (replaced[b][t] ? 1 : 0, 1);
            }
        }

        var weight = tensor(real);
        return nn.functional.binary_cross_entropy_with_logits(_head.forward(states).flatten(), tensor(truth), weight: weight, reduction: nn.Reduction.Sum) / weight.sum();
    }

    /// <inheritdoc />
    public void Dispose() => _head.Dispose();

    /// <summary>Replaces a share of the steps, and says which.</summary>
    internal static (List<CustomerInput> Seen, List<bool[]> Replaced) Replace(IReadOnlyList<CustomerInput> customers, Random random)
    {
        var (seen, replaced) = (new List<CustomerInput>(), new List<bool[]>());
        for (var b = 0; b < customers.Count; b++)
        {
            var steps = customers[b].Tokens.ToArray();
            var flags = new bool[steps.Length];
            for (var t = 0; t < steps.Length; t++)
            {
                var other = customers[(b + 1 + random.Next(customers.Count - 1)) % customers.Count].Tokens.Span;
                if (random.NextDouble() < Share)
                {
                    (steps[t], flags[t]) = (other[random.Next(other.Length)] with { Timestamp = steps[t].Timestamp }, true);
                }
            }

            seen.Add(customers[b] with { Tokens = steps });
            replaced.Add(flags);
        }

        return (seen, replaced);
    }
}
