using System.Globalization;
using System.Text.RegularExpressions;
using OrleansSeg.Model.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace OrleansSeg.Model.Sequences;

/// <summary>Members that read the customer in different ways; what they say is averaged. B batch, S segments.</summary>
/// <remarks>
/// A deep ensemble (Lakshminarayanan et al. 2017, arXiv:1612.01474) in one set of weights: trained, averaged over sites, bundled, served and
/// explained as one network. Each member has a loss of its own and learns nothing from the others. Differs: logits are averaged, not
/// probabilities, so that attributions of the members add up. Forward passes may run at the same time on any threads while no training
/// step runs.
/// </remarks>
public sealed partial class SegmentNetwork : Module
{
    private const float Impossible = -1e9f;
    private readonly ModuleList<NetworkMember> members;

    /// <summary>Makes a network with random weights.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="seed">Seed of the weights.</param>
    public SegmentNetwork(NetworkConfig config, int seed)
        : base(nameof(SegmentNetwork))
    {
        ArgumentNullException.ThrowIfNull(config);
        NetworkMember[] made = [.. config.Encoders.Select((kind, i) => new NetworkMember(config, kind, SeedOf(seed, i)))];
        (Members, members) = (made, ModuleList(made));
        RegisterComponents();
    }

    /// <summary>The members.</summary>
    internal IReadOnlyList<NetworkMember> Members { get; }

    /// <summary>What is added to the logit of a label that the scheme's rule cannot give.</summary>
    internal static float ImpossibleLogit => Impossible;

    /// <summary>Segment logits (B, S), churn logit (B) and expected log(1 + spend) (B).</summary>
    /// <param name="batch">The inputs.</param>
    /// <param name="dropout">Draws the dropout of training; null in evaluation.</param>
    public (Tensor Segments, Tensor Churn, Tensor Spend) Forward(EncodedBatch batch, Generator? dropout = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        List<MemberHeads> heads = [.. Members.Select(member => member.Forward(batch, dropout))];
        return (
            Mean(heads, head => head.Segments).Plus(batch.Impossible).MoveToOuterDisposeScope(),
            Mean(heads, head => head.Churn).MoveToOuterDisposeScope(),
            Mean(heads, head => head.Spend).MoveToOuterDisposeScope());
    }

    /// <summary>A network of one of the members.</summary>
    /// <param name="member">Which.</param>
    /// <param name="config">The shape of this network.</param>
    internal SegmentNetwork Alone(int member, NetworkConfig config)
    {
        var alone = new SegmentNetwork(config with { Encoders = [config.Encoders[member]] }, seed: 0);
        alone.Members[0].CopyFrom(Members[member]);
        return alone;
    }

    /// <summary>A weight's name within its member: <c>fuse.bias</c> of <c>members.1.fuse.bias</c>.</summary>
    internal static string PartOf(string name) => MemberName().Replace(name, "");

    /// <summary>The number of the member that a weight belongs to: 1 of <c>members.1.fuse.bias</c>.</summary>
    internal static int MemberOf(string name) => int.Parse(name.Split('.')[1], CultureInfo.InvariantCulture);

    /// <summary>The name that a weight of a bundle made before there were members has by now.</summary>
    internal static string NameOf(string stored) => MemberName().IsMatch(stored)
        ? stored
        : stored.StartsWith("recurrent.", StringComparison.Ordinal) ? $"members.0.sequence.{stored}" : $"members.0.{stored}";

    /// <summary>The mean of the members' values.</summary>
    internal static Tensor Mean(IReadOnlyList<MemberHeads> heads, Func<MemberHeads, Tensor> part) => heads.Count == 1
        ? part(heads[0]).alias()
        : stack(heads.Select(part).ToArray()).mean([0]);

    private static ulong SeedOf(int seed, int member) => (ulong)seed + ((ulong)member * 0x9E3779B9);

    [GeneratedRegex(@"^members\.\d+\.")]
    private static partial Regex MemberName();
}
