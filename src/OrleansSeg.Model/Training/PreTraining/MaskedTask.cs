using OrleansSeg.Model.Features;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Training.PreTraining;

/// <summary>Some steps are hidden; their types and sizes are to be told. B customers, T steps, H hidden, M hidden steps, K types.</summary>
/// <remarks>
/// Masked modelling (Devlin et al. 2019, arXiv:1810.04805) on events: a hidden step becomes a step of nothing. Told are its type, and the logs
/// of its amount, quantity and events.
/// </remarks>
internal sealed class MaskedTask : ISequenceTask
{
    private const double Share = 0.15;
    private const int Types = 16;
    private const int Sizes = 3;
    private readonly Linear _head;

    /// <summary>Makes the task.</summary>
    /// <param name="hidden">Width of the states (H).</param>
    /// <param name="random">Draws its weights.</param>
    public MaskedTask(int hidden, Generator random)
    {
        _head = Blank.Linear(hidden, Types + Sizes);
        Blank.Draw(_head, random);
    }

    /// <inheritdoc />
    public IEnumerable<Parameter> Weights => _head.parameters();

    /// <inheritdoc />
    public Tensor LossOf(NetworkMember member, InputEncoder encoder, IReadOnlyList<CustomerInput> customers, Random random, Generator dropout)
    {
        using var batch = encoder.Encode(customers);
        var longest = (int)batch.Types.shape[1];
        var (hidden, places) = (new bool[customers.Count * longest], new List<long>());
        for (var b = 0; b < customers.Count; b++)
        {
            // At least one of each customer, since many have few.
            var count = Math.Max(1, (int)Math.Round(Share * customers[b].Tokens.Length));
            foreach (var t in Enumerable.Range(0, customers[b].Tokens.Length).OrderBy(_ => random.NextDouble()).Take(count))
            {
                hidden[(b * longest) + t] = true;
                places.Add(((long)b * longest) + t);
            }
        }

        var steps = where(tensor(hidden, [customers.Count, longest]).unsqueeze(2), member.EmbedNothing(), member.EmbedSteps(batch)); // (B, T, H)
        var asked = tensor(places.ToArray());
        var told = _head.forward(member.States(steps, batch.Lengths, dropout)!.flatten(0, 1).index_select(0, asked)); // (M, K + 3)
        var types = nn.functional.cross_entropy(told.narrow(1, 0, Types), batch.Types.flatten().index_select(0, asked));
        var sizes = nn.functional.smooth_l1_loss(told.narrow(1, Types, Sizes), batch.Numbers.flatten(0, 1).narrow(1, 0, Sizes).index_select(0, asked));
        return types.Plus(sizes);
    }

    /// <inheritdoc />
    public void Dispose() => _head.Dispose();
}
