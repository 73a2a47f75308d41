using System.Collections.Immutable;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Federation;

/// <summary>Where each weight of a network lies in one flat vector of them all, in ordinal order of their names.</summary>
/// <param name="Entries">The weights; each begins where the one before ends.</param>
public sealed record WeightLayout(ImmutableArray<WeightEntry> Entries)
{
    /// <summary>Length of the flat vector (P).</summary>
    public int Length => Entries is [.., var last] ? last.Offset + last.Length : 0;

    /// <summary>The layout of a network's weights.</summary>
    public static WeightLayout Of(nn.Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        using var scope = NewDisposeScope();
        var entries = ImmutableArray.CreateBuilder<WeightEntry>();
        var offset = 0;
        foreach (var (name, weight) in network.state_dict().OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var length = checked((int)weight.numel());
            entries.Add(new WeightEntry(name, [.. weight.shape], offset, length));
            offset = checked(offset + length);
        }

        return new WeightLayout(entries.DrainToImmutable());
    }

    /// <summary>A network's weights as one vector (P).</summary>
    public float[] Read(nn.Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        using var scope = NewDisposeScope();
        var (weights, values) = (network.state_dict(), new float[Length]);
        foreach (var entry in Entries)
        {
            weights[entry.Name].detach().cpu().contiguous().data<float>().CopyTo(values.AsSpan(entry.Offset, entry.Length));
        }

        return values;
    }

    /// <summary>Puts a vector (P) into a network.</summary>
    public void Write(nn.Module network, ReadOnlySpan<float> values)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, Length, nameof(values));
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var weights = network.state_dict();
        foreach (var entry in Entries)
        {
            weights[entry.Name].copy_(tensor(values.Slice(entry.Offset, entry.Length).ToArray(), [.. entry.Shape]));
        }
    }
}

/// <summary>One weight of a network.</summary>
/// <param name="Name">Its name in the network and in safetensors files.</param>
/// <param name="Shape">Sizes of its dimensions.</param>
/// <param name="Offset">Where it begins in the flat vector.</param>
/// <param name="Length">Numbers it has.</param>
public sealed record WeightEntry(string Name, ImmutableArray<long> Shape, int Offset, int Length);
