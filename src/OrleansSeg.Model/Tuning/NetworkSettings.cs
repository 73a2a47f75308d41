using System.Collections.Immutable;
using System.Globalization;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Training;
using OrleansSeg.Model.Training.PreTraining;

namespace OrleansSeg.Model.Tuning;

/// <summary>What may be set about our model, by short names: in searches, in requests and on cards.</summary>
/// <param name="Shape">The network's shape.</param>
/// <param name="Training">How it is trained.</param>
public sealed record NetworkSettings(NetworkConfig Shape, NetworkTrainingOptions Training)
{
    /// <summary>Parts the encoders of one network.</summary>
    public const char Plus = '+';

    private static readonly ImmutableArray<Setting> All =
    [
        new("hidden", s => s.Shape.Hidden, (s, v) => s with { Shape = s.Shape with { Hidden = (int)v } }, 1, 4_096),
        new("rate", s => s.Training.LearningRate, (s, v) => s with { Training = s.Training with { LearningRate = v } }, 1e-7, 10),
        new("dropout", s => s.Shape.Dropout, (s, v) => s with { Shape = s.Shape with { Dropout = v } }, 0, 0.95),
        new("fusion", s => s.Shape.FusionWidth, (s, v) => s with { Shape = s.Shape with { FusionWidth = (int)v } }, 1, 4_096),
        new("decay", s => s.Training.WeightDecay, (s, v) => s with { Training = s.Training with { WeightDecay = v } }, 0, 10),
        new("batch", s => s.Training.BatchSize, (s, v) => s with { Training = s.Training with { BatchSize = (int)v } }, 1, 65_536),
        new("epochs", s => s.Training.EpochsMax, (s, v) => s with { Training = s.Training with { EpochsMax = (int)v } }, 1, 1_000),
        new("patience", s => s.Training.Patience, (s, v) => s with { Training = s.Training with { Patience = (int)v } }, 1, 1_000),
        new("churn", s => s.Training.ChurnWeight, (s, v) => s with { Training = s.Training with { ChurnWeight = v } }, 0, 100),
        new("spend", s => s.Training.SpendWeight, (s, v) => s with { Training = s.Training with { SpendWeight = v } }, 0, 100),
        new("layers", s => s.Shape.AttentionLayers, (s, v) => s with { Shape = s.Shape with { AttentionLayers = (int)v } }, 1, 24),
        new("waves", s => s.Shape.TimeWaves, (s, v) => s with { Shape = s.Shape with { TimeWaves = (int)v } }, 0, 16),
        new("calendar", s => s.Shape.Calendar ? 1 : 0, (s, v) => s with { Shape = s.Shape with { Calendar = v != 0 } }, 0, 1),
        new("texts", s => s.Shape.TextWidth, (s, v) => s with { Shape = s.Shape with { TextWidth = (int)v } }, 0, 4_096),
    ];

    /// <summary>What is taken where nothing is set.</summary>
    public static NetworkSettings Default { get; } = new(NetworkConfig.Default, new NetworkTrainingOptions());

    /// <summary>What a search may change, what matters most first.</summary>
    public static SearchSpace Space { get; } = new(
        SearchParameter.Number("rate", 2e-4, 1e-2, Default.Training.LearningRate, logarithmic: true),
        SearchParameter.Number("dropout", 0, 0.5, Default.Shape.Dropout),
        SearchParameter.Choice("encoders", "transformer", "gru", "none", "gru+transformer", "transformer+none"),
        SearchParameter.Whole("hidden", 16, 192, Default.Shape.Hidden, logarithmic: true),
        SearchParameter.Whole("fusion", 32, 256, Default.Shape.FusionWidth, logarithmic: true),
        SearchParameter.Whole("batch", 64, 1_024, Default.Training.BatchSize, logarithmic: true),
        SearchParameter.Number("decay", 1e-4, 1e-1, Default.Training.WeightDecay, logarithmic: true),
        SearchParameter.Whole("epochs", 4, 12, Default.Training.EpochsMax),
        SearchParameter.Whole("patience", 1, 4, Default.Training.Patience),
        SearchParameter.Number("churn", 0, 2, Default.Training.ChurnWeight),
        SearchParameter.Number("spend", 0, 0.5, Default.Training.SpendWeight),
        SearchParameter.Whole("texts", 8, 64, Default.Shape.TextWidth, logarithmic: true));

    /// <summary>Names that can be set.</summary>
    public static IReadOnlyList<string> Names { get; } = ["encoders", "pretrain", .. All.Select(setting => setting.Name)];

    /// <summary>The defaults with some of them set otherwise.</summary>
    /// <exception cref="ArgumentException">A name is not known, or a value is none of its; the message names it.</exception>
    public static NetworkSettings Of(IEnumerable<KeyValuePair<string, string>> values) =>
        values.Aggregate(Default, (settings, value) => value.Key switch
        {
            "encoders" => settings.WithEncoders(value.Value),
            "pretrain" => settings.WithPreTraining(value.Value),
            _ => settings.With(value.Key, value.Value),
        });

    /// <summary>The settings of a point of <see cref="Space"/>.</summary>
    public static NetworkSettings At(ImmutableArray<double> point) => Of(Describe(Space, point));

    /// <summary>A point's values by name, as they are written.</summary>
    public static ImmutableSortedDictionary<string, string> Describe(SearchSpace space, ImmutableArray<double> point)
    {
        ArgumentNullException.ThrowIfNull(space);
        return space.Parameters.Zip(point).ToImmutableSortedDictionary(pair => pair.First.Name, pair => pair.First.Describe(pair.Second), StringComparer.Ordinal);
    }

    /// <summary>Every setting by name.</summary>
    public ImmutableSortedDictionary<string, string> Describe() => All
        .Select(setting => KeyValuePair.Create(setting.Name, setting.Get(this).ToString("G6", CultureInfo.InvariantCulture)))
        .Append(KeyValuePair.Create("encoders", string.Join(Plus, Shape.Encoders.Select(kind => kind.ToString().ToLowerInvariant()))))
        .Append(KeyValuePair.Create("pretrain", Training.PreTraining.Kind.ToString().ToLowerInvariant()))
        .ToImmutableSortedDictionary(StringComparer.Ordinal);

    private NetworkSettings With(string name, string text)
    {
        var setting = All.FirstOrDefault(one => one.Name == name) ?? throw new ArgumentException($"There is no setting '{name}'; there are {string.Join(", ", Names)}.");
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= setting.Min && value <= setting.Max
            ? setting.Set(this, value)
            : throw new ArgumentException($"{name} is {setting.Min} to {setting.Max}, not '{text}'.");
    }

    private NetworkSettings WithEncoders(string text) => this with
    {
        Shape = Shape with
        {
            Encoders = [.. text.Split(Plus).Select(name =>
                Enum.TryParse<SequenceEncoderKind>(name, ignoreCase: true, out var kind) && name.All(char.IsAsciiLetter)
                    ? kind
                    : throw new ArgumentException($"encoders are {string.Join(Plus, Enum.GetNames<SequenceEncoderKind>()).ToLowerInvariant()}, not '{name}'."))],
        },
    };

    private NetworkSettings WithPreTraining(string text) =>
        Enum.TryParse<PreTrainingKind>(text, ignoreCase: true, out var kind) && text.All(char.IsAsciiLetter)
            ? this with { Training = Training with { PreTraining = Training.PreTraining with { Kind = kind } } }
            : throw new ArgumentException($"pretrain is {string.Join(", ", Enum.GetNames<PreTrainingKind>()).ToLowerInvariant()}, not '{text}'.");

    private sealed record Setting(
        string Name, Func<NetworkSettings, double> Get, Func<NetworkSettings, double, NetworkSettings> Set, double Min, double Max);
}
