using System.Collections.Frozen;
using System.Collections.Immutable;
using OrleansSeg.Model.Sequences;

namespace OrleansSeg.Model.Federation.Compression;

/// <summary>What a plan may set of a compressor. Null takes the compressor's default; a parameter that the compressor does not have is refused.</summary>
public sealed record CompressionParameters
{
    /// <summary>Nothing set.</summary>
    public static CompressionParameters Defaults { get; } = new();

    /// <summary><see cref="EightBitOptions.BlockLength"/>: int8.</summary>
    public int? BlockLength { get; init; }

    /// <summary><see cref="EightBitOptions.Stochastic"/>: int8.</summary>
    public bool? Stochastic { get; init; }

    /// <summary><see cref="TopKOptions.Share"/>: topk.</summary>
    public double? Share { get; init; }
}

/// <summary>The compressors by name.</summary>
public static class UpdateCompressors
{
    private static readonly FrozenDictionary<string, Func<CompressionParameters, IUpdateCompressor>> ByName =
        new Dictionary<string, Func<CompressionParameters, IUpdateCompressor>>
        {
            [PlainCompressor.CompressorName] = static _ => new PlainCompressor(),
            [EightBitCompressor.CompressorName] = static set => new EightBitCompressor(EightBitOf(set)),
            [TopKCompressor.CompressorName] = static set => new TopKCompressor(set.Share is { } share ? new() { Share = share } : new()),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The names, in ordinal order.</summary>
    public static ImmutableArray<string> Names { get; } = [.. ByName.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Makes a compressor.</summary>
    /// <exception cref="ArgumentException">There is no compressor of this name, or it does not have a parameter that is set; the message names it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of bounds.</exception>
    public static IUpdateCompressor Create(string name, CompressionParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!ByName.TryGetValue(name, out var make))
        {
            throw new ArgumentException($"There is no compressor '{name}'; there are {string.Join(", ", Names)}.", nameof(name));
        }

        var unused = (name, parameters) switch
        {
            (not EightBitCompressor.CompressorName, { BlockLength: not null }) => nameof(parameters.BlockLength),
            (not EightBitCompressor.CompressorName, { Stochastic: not null }) => nameof(parameters.Stochastic),
            (not TopKCompressor.CompressorName, { Share: not null }) => nameof(parameters.Share),
            _ => null,
        };
        return unused is not null ? throw new ArgumentException($"Compressor '{name}' has no parameter {unused}.", nameof(parameters)) : make(parameters);
    }

    /// <summary>The seed of a trainer's rounding in a round of a run: the same in every process.</summary>
    public static ulong Seed(long runSeed, int round, string trainer) => StableHash.Of($"compression/{round}/{trainer}", runSeed);

    private static EightBitOptions EightBitOf(CompressionParameters set)
    {
        var defaults = new EightBitOptions();
        return new() { BlockLength = set.BlockLength ?? defaults.BlockLength, Stochastic = set.Stochastic ?? defaults.Stochastic };
    }
}
