using OrleansSeg.Cli.Reports;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Evaluation;

namespace OrleansSeg.Cli.Models;

/// <summary>What sets two versions apart, as <c>models compare --json</c> prints it.</summary>
/// <param name="First">The first version.</param>
/// <param name="Second">The second version.</param>
/// <param name="SameData">Whether both read the same events.</param>
/// <param name="Differences">What their cards say differently, by name.</param>
/// <param name="Validation">Each figure of both on their own validations; of different customers unless these are the same too.</param>
/// <param name="Paired">Both on the same customers, on whom neither was trained; null where that cannot be had.</param>
/// <param name="WhyNotPaired">Why not; null where it can.</param>
internal sealed record VersionDifference(
    int First,
    int Second,
    bool SameData,
    IReadOnlyDictionary<string, VersionPair<string?>> Differences,
    IReadOnlyDictionary<string, VersionPair<double?>> Validation,
    VersionComparison? Paired,
    string? WhyNotPaired)
{
    public static VersionDifference Of(int first, int second, ModelCard one, ModelCard other, VersionComparison? paired, string? why)
    {
        var (ours, theirs) = (Facts(one), Facts(other));
        return new VersionDifference(
            first,
            second,
            one.Data.Fingerprint == other.Data.Fingerprint,
            ours.Keys.Union(theirs.Keys, StringComparer.Ordinal).Where(name => ours.GetValueOrDefault(name) != theirs.GetValueOrDefault(name))
                .ToDictionary(name => name, name => new VersionPair<string?>(ours.GetValueOrDefault(name), theirs.GetValueOrDefault(name))),
            Figures(one.Validation).Zip(Figures(other.Validation)).ToDictionary(pair => pair.First.Name, pair => new VersionPair<double?>(pair.First.Value, pair.Second.Value)),
            paired,
            why);
    }

    private static Dictionary<string, string> Facts(ModelCard card)
    {
        var facts = CardWords.Of(card).Where(fact => fact.Name != "settings").ToDictionary(fact => fact.Name, fact => fact.Value, StringComparer.Ordinal);
        foreach (var (name, value) in card.Settings ?? new Dictionary<string, string>())
        {
            facts[name] = value;
        }

        return facts;
    }

    private static IEnumerable<(string Name, double? Value)> Figures(Scores scores) =>
    [
        ("logLoss", scores.LogLoss), ("churnAuroc", scores.ChurnAuroc), ("macroAuroc", scores.MacroAuroc), ("macroF1", scores.MacroF1), ("accuracy", scores.Accuracy),
        ("ece", scores.Ece), ("brier", scores.Brier), ("churnLift", scores.ChurnLift), ("spendCaptured", scores.SpendCaptured),
    ];
}

/// <summary>The same thing of both versions.</summary>
/// <param name="First">The first one's.</param>
/// <param name="Second">The second one's.</param>
internal sealed record VersionPair<T>(T First, T Second);
