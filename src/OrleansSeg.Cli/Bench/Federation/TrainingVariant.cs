using System.Diagnostics.CodeAnalysis;
using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Federation.Aggregation;
using OrleansSeg.Model.Federation.Compression;
using OrleansSeg.Model.Federation.Training;

namespace OrleansSeg.Cli.Bench.Federation;

/// <summary>A way to train by rounds, as the command line says it: a strategy, and after plus signs which weights travel and how they are made small,
/// such as <c>scaffold+site-heads</c> or <c>fedavg+fusion+int8</c>.</summary>
/// <param name="Name">As it was said.</param>
/// <param name="Strategy">How updates become a model.</param>
/// <param name="Scope">Which weights travel.</param>
/// <param name="Compressor">How updates are made small.</param>
internal sealed record TrainingVariant(string Name, IAggregationStrategy Strategy, SharedScope Scope, IUpdateCompressor Compressor)
{
    /// <summary>What may be said after the strategy.</summary>
    public static string Additions { get; } = string.Join(", ", SharedScope.ByName.Keys.Concat(UpdateCompressors.Names));

    /// <summary>The whole model, averaged, at one place.</summary>
    public static TrainingVariant Plain(string name) => new(name, new FedAvg(), SharedScope.Everything, new PlainCompressor());

    /// <summary>Reads what the command line says.</summary>
    /// <param name="text">A strategy, perhaps with additions.</param>
    /// <param name="variant">The way to train.</param>
    /// <param name="problem">What is wrong with it.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out TrainingVariant? variant, [NotNullWhen(false)] out string? problem)
    {
        (variant, problem) = (null, null);
        var parts = text.Split('+');
        if (!AggregationStrategies.Names.Contains(parts[0]))
        {
            problem = $"There is no strategy '{parts[0]}'; there are {string.Join(", ", AggregationStrategies.Names)}.";
            return false;
        }

        var read = Plain(text) with { Strategy = AggregationStrategies.Create(parts[0], AggregationParameters.Defaults) };
        var said = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in parts.Skip(1))
        {
            var isScope = SharedScope.ByName.TryGetValue(part, out var scope);
            if (!isScope && !UpdateCompressors.Names.Contains(part))
            {
                problem = $"'{part}' in '{text}' is neither a scope nor a compressor; there are {Additions}.";
                return false;
            }

            if (!said.Add(isScope ? "scope" : "compressor"))
            {
                problem = $"'{text}' names two {(isScope ? "scopes" : "compressors")}.";
                return false;
            }

            read = isScope ? read with { Scope = scope! } : read with { Compressor = UpdateCompressors.Create(part, CompressionParameters.Defaults) };
        }

        variant = read;
        return true;
    }
}
