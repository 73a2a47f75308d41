using OrleansSeg.Model.Evaluation.Baselines;
using OrleansSeg.Model.Evaluation.Rolling;
using OrleansSeg.Model.Text.Vectors;
using OrleansSeg.Model.Training;
using OrleansSeg.Model.Tuning;

namespace OrleansSeg.Cli.Evaluation;

/// <summary>Contenders of an evaluation suite, by what a command line calls them.</summary>
/// <remarks>
/// A baseline's name; <c>model</c>, which is what <c>train</c> trains; or <c>network:ENCODERS</c> with <see cref="NetworkSettings"/> after
/// commas, such as <c>network:gru+transformer,hidden=96,dropout=0.3</c>.
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

    /// <summary>What can be named, for a usage line.</summary>
    public static string Known { get; } =
        $"{string.Join(", ", Named.Keys)}, or network: with encoders and perhaps ,name=value of {string.Join(", ", NetworkSettings.Names)}";

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

        try
        {
            var parts = $"encoders={text[Network.Length..]}".Split(',');
            var settings = NetworkSettings.Of(parts.Select(part => part.Split('=', 2) is [var name, var value]
                ? KeyValuePair.Create(name, value)
                : throw new UsageException($"'{part}' is no name=value.")));
            return new Contender(text, new ModelTrainer(settings.Shape, settings.Training, settings.Shape.TextWidth == 0 ? new NoTexts() : null));
        }
        catch (ArgumentException exception)
        {
            throw new UsageException($"'{text}': {exception.Message}");
        }
    }
}
