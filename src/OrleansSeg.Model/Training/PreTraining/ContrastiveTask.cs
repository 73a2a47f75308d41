using OrleansSeg.Model.Features;
using OrleansSeg.Model.Sequences;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Training.PreTraining;

/// <summary>Two parts of one customer's sequence are to lie close, parts of different customers apart. B customers, H hidden.</summary>
/// <remarks>
/// CoLES (Babaev et al. 2022, arXiv:2002.08232): parts are slices of random length and place. Differs: all other customers of the batch are
/// negatives (<see cref="InBatchNegatives"/>) instead of the hardest by a margin. A part is seen as of a day after its
/// last step, so that the time since then does not give the customer away.
/// </remarks>
internal sealed class ContrastiveTask : ISequenceTask
{
    /// <inheritdoc />
    public IEnumerable<Parameter> Weights => [];

    /// <inheritdoc />
    public Tensor LossOf(NetworkMember member, InputEncoder encoder, IReadOnlyList<CustomerInput> customers, Random random, Generator dropout)
    {
        var one = VectorsOf(member, encoder, [.. customers.Select(customer => SliceOf(customer, random))], dropout);
        var other = VectorsOf(member, encoder, [.. customers.Select(customer => SliceOf(customer, random))], dropout);
        return InBatchNegatives.LossOf(one, other);
    }

    /// <inheritdoc />
    public void Dispose()
    {
    }

    /// <summary>A slice of a customer's steps, at least a quarter of them.</summary>
    internal static CustomerInput SliceOf(CustomerInput customer, Random random)
    {
        var count = customer.Tokens.Length;
        var length = random.Next(Math.Max(1, count / 4), count + 1);
        var steps = customer.Tokens.Slice(random.Next(count - length + 1), length);
        return customer with { Tokens = steps, AsOf = steps.Span[^1].Timestamp.AddDays(1) };
    }

    private static Tensor VectorsOf(NetworkMember member, InputEncoder encoder, IReadOnlyList<CustomerInput> parts, Generator dropout)
    {
        using var batch = encoder.Encode(parts);
        return nn.functional.normalize(member.Read(member.EmbedSteps(batch), batch.Lengths, dropout), dim: 1); // (B, H)
    }
}
