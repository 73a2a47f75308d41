using OrleansSeg.Model.Bundles;
using static System.FormattableString;

namespace OrleansSeg.Cli.Reports;

/// <summary>A card as people read it, the same on the screen and on a page.</summary>
internal static class CardWords
{
    /// <summary>What it says of where the model comes from, by name.</summary>
    public static IReadOnlyList<(string Name, string Value)> Of(ModelCard card) =>
    [
        ("data", Of(card.Data)),
        ("segments", string.Join(", ", card.Labels)),
        .. card.DroppedLabels.Count == 0 ? Array.Empty<(string, string)>() : [("left out", string.Join(", ", card.DroppedLabels.Select(label => Invariant($"{label.Key} ({label.Value} examples)"))))],
        ("horizon", Invariant($"{card.HorizonDays} days")),
        ("trained on", Invariant($"{card.TrainingExamples:N0} examples of {card.TrainingCutoffs.Count} cutoffs{Span(card.TrainingCutoffs)}")),
        ("validated on", Invariant($"{card.ValidationExamples:N0} examples at {card.ValidationCutoff.UtcDateTime:yyyy-MM-dd}")),
        .. card.RefittedExamples is not { } again ? Array.Empty<(string, string)>() : [("then fitted again on", Invariant($"{again:N0} examples up to the same cutoff"))],
        .. card.Members is not { } members ? Array.Empty<(string, string)>() : [("members", string.Join(", ", members.Select(member => Invariant($"{member.Encoder.ToString().ToLowerInvariant()} {member.Share:P0}"))))],
        ("seed", Invariant($"{card.Seed}")),
        ("numbers learned", Invariant($"{card.Parameters:N0}")),
        .. card.Settings is null ? Array.Empty<(string, string)>() : [("settings", string.Join(", ", card.Settings.Select(setting => $"{setting.Key} {setting.Value}")))],
        .. card.TextEncoder is null ? Array.Empty<(string, string)>() : [("text encoder", card.TextEncoder)],
        .. card.Lineage is not { } lineage ? Array.Empty<(string, string)>() : [("federated run", Invariant($"{lineage.Run}, {lineage.Rounds} rounds of {lineage.Strategy} over {lineage.Watermarks.Count} sites"))],
        .. card.Privacy is not { } privacy ? Array.Empty<(string, string)>() : [("privacy", privacy.Epsilon is { } epsilon ? Invariant($"epsilon {epsilon:0.###} for each {privacy.Unit}, {privacy.TotalEpsilon:0.###} with earlier runs") : "no noise")],
    ];

    /// <summary>What was read.</summary>
    public static string Of(DataSummary data) => Invariant(
        $"{data.Customers:N0} customers, {data.Events:N0} events, {data.FirstEvent.UtcDateTime:yyyy-MM-dd} to {data.LastEvent.UtcDateTime:yyyy-MM-dd}, fingerprint {data.Fingerprint}");

    private static string Span(IReadOnlyList<DateTimeOffset> cutoffs) =>
        cutoffs.Count == 0 ? "" : Invariant($", {cutoffs[0].UtcDateTime:yyyy-MM-dd} to {cutoffs[^1].UtcDateTime:yyyy-MM-dd}");
}
