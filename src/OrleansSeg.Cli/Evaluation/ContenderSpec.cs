using System.Globalization;
using OrleansSeg.Model.Evaluation.Baselines;
using OrleansSeg.Model.Evaluation.Rolling;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Text.Vectors;
using OrleansSeg.Model.Training;
using OrleansSeg.Model.Training.PreTraining;

namespace OrleansSeg.Cli.Evaluation;

/// <summary>Contenders of an evaluation suite, by what a command line calls them.</summary>
/// <remarks>
/// A baseline's name; <c>model</c>, which is what <c>train</c> trains; or <c>network:ENCODERS</c> with settings after commas, such as
/// <c>network:gru+transformer,hidden=96,dropout=0.3</c>.
/// </remarks>
internal static class ContenderSpec
{
    private const string Network = "network:";

    private static readonly Dictionary<string, Func<IForecasterTrainer>> Named = new(StringComparer.Ordinal)
    {
        ["majority"] = () => new MajorityBaseline(),
        ["rfm"] = () => new RuleBaseline(),
        ["logistic"] = () => new LogisticBaseline(),
        ["lightgbm"] = () => new LightGbmBaseline(),
        ["gru"] = () => new GruBaseline(),
        ["model"] = () => new ModelTrainer(),
    };

    private static readonly Dictionary<string, Func<Settings, double, Settings>> Numbers = new(StringComparer.Ordinal)
    {
        ["hidden"] = (settings, value) => settings with { Shape = settings.Shape with { Hidden = (int)value } },
        ["layers"] = (settings, value) => settings with { Shape = settings.Shape with { AttentionLayers = (int)value } },
        ["fusion"] = (settings, value) => settings with { Shape = settings.Shape with { FusionWidth = (int)value } },
        ["texts"] = (settings, value) => settings with { Shape = settings.Shape with { TextWidth = (int)value } },
        ["waves"] = (settings, value) => settings with { Shape = settings.Shape with { TimeWaves = (int)value } },
        ["calendar"] = (settings, value) => settings with { Shape = settings.Shape with { Calendar = value != 0 } },
        ["dropout"] = (settings, value) => settings with { Shape = settings.Shape with { Dropout = value } },
        ["rate"] = (settings, value) => settings with { Training = settings.Training with { LearningRate = value } },
        ["decay"] = (settings, value) => settings with { Training = settings.Training with { WeightDecay = value } },
        ["batch"] = (settings, value) => settings with { Training = settings.Training with { BatchSize = (int)value } },
        ["epochs"] = (settings, value) => settings with { Training = settings.Training with { EpochsMax = (int)value } },
        ["patience"] = (settings, value) => settings with { Training = settings.Training with { Patience = (int)value } },
        ["churn"] = (settings, value) => settings with { Training = settings.Training with { ChurnWeight = value } },
        ["teach"] = (settings, value) => settings with { Training = settings.Training with { PreTraining = settings.Training.PreTraining with { Epochs = (int)value } } },
        ["spend"] = (settings, value) => settings with { Training = settings.Training with { SpendWeight = value } },
    };

    /// <summary>What can be named, for a usage line.</summary>
    public static string Known =>
        $"{string.Join(", ", Named.Keys)}, or network: with {string.Join('+', Enum.GetNames<SequenceEncoderKind>().Select(name => name.ToLowerInvariant()))} and perhaps ,{string.Join("=N,", Numbers.Keys)}=N";

    /// <summary>Makes a contender.</summary>
    /// <exception cref="UsageException">It is none of those known; the message says what is.</exception>
    public static Contender Parse(string text)
    {
        if (Named.TryGetValue(text, out var create))
        {
            return new Contender(text, create());
        }

        if (!text.StartsWith(Network, StringComparison.Ordinal))
        {
            throw new UsageException($"There is no contender '{text}'; there are {Known}.");
        }

        var parts = text[Network.Length..].Split(',');
        var settings = new Settings(NetworkConfig.Default with { Encoders = [.. parts[0].Split('+').Select(Encoder)] }, new NetworkTrainingOptions());
        settings = parts[1..].Aggregate(settings, Set);
        return new Contender(text, new ModelTrainer(settings.Shape, settings.Training, settings.Shape.TextWidth == 0 ? new NoTexts() : null));
    }

    private static SequenceEncoderKind Encoder(string name) =>
        Enum.TryParse<SequenceEncoderKind>(name, ignoreCase: true, out var kind) && Enum.IsDefined(kind) && !char.IsDigit(name[0])
            ? kind
            : throw new UsageException($"No network reads steps by '{name}'; there are {Known}.");

    private static Settings Set(Settings settings, string part) => part.Split('=') is ["pretrain", var kind] && Enum.TryParse<PreTrainingKind>(kind, ignoreCase: true, out var task)
        ? settings with { Training = settings.Training with { PreTraining = settings.Training.PreTraining with { Kind = task } } }
        : Number(settings, part);

    private static Settings Number(Settings settings, string part) => part.Split('=') is [var name, var text]
        && Numbers.TryGetValue(name, out var set)
        && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? set(settings, value)
            : throw new UsageException($"'{part}' is no setting of a network; there are {Known}.");

    private sealed record Settings(NetworkConfig Shape, NetworkTrainingOptions Training);
}
