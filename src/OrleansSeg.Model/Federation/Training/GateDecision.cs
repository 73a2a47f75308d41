using System.Collections.Immutable;
using System.Globalization;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>What a challenger must show on the holdout.</summary>
/// <param name="SiteTolerance">How much worse its log loss may be at one site, in nats.</param>
/// <param name="SiteExamplesMin">Least holdout examples of a site that is asked alone; smaller ones count in the sum only, because chance would decide.</param>
/// <param name="NeedsInterval">Whether the 95 % interval of the difference in log loss must lie below zero; else a smaller log loss is enough.</param>
public sealed record GateRule(double SiteTolerance = 0.02, long SiteExamplesMin = 30, bool NeedsInterval = false);

/// <summary>One site's figures.</summary>
/// <param name="Site">The site.</param>
/// <param name="Examples">Holdout examples.</param>
/// <param name="Challenger">The challenger's log loss in nats.</param>
/// <param name="Champion">The log loss of the model in service, or of the best baseline.</param>
/// <param name="ChallengerChurn">The challenger's churn AUROC; NaN when it has none.</param>
/// <param name="ChampionChurn">The other's.</param>
public sealed record SiteComparison(
    string Site, long Examples, double Challenger, double Champion, double ChallengerChurn, double ChampionChurn);

/// <summary>Whether a challenger goes into service, and why in words.</summary>
/// <param name="Promote">Whether it does; else it is kept as a candidate.</param>
/// <param name="Reason">For people; it names figures and sites.</param>
/// <param name="Sites">Every site's figures, in ordinal order.</param>
public sealed record GateDecision(bool Promote, string Reason, ImmutableArray<SiteComparison> Sites)
{
    private const string Passed = "Promoted";

    /// <summary>What it was compared with.</summary>
    public string Opponent { get; init; } = "";

    /// <summary>The challenger's losses against the opponent's, of all sites together.</summary>
    public PairedLosses Paired { get; init; } = new(0, 0, 0);

    /// <summary>The same for a run that promotes nothing: what passed is kept as a candidate, with the figures that it passed with.</summary>
    public GateDecision AsCandidate() => Promote
        ? this with { Promote = false, Reason = $"Kept as a candidate, as the plan says{Reason[Passed.Length..]}" }
        : this;

    /// <summary>Compares with the model in service: better over all sites together, and hardly worse at any.</summary>
    /// <param name="challenger">The challenger's figures by site.</param>
    /// <param name="champion">The champion's, on the same examples.</param>
    /// <param name="paired">The challenger's losses against the champion's, customer by customer, of all sites.</param>
    /// <param name="rule">What is asked.</param>
    /// <exception cref="ArgumentException">The two were not measured on the same sites and examples.</exception>
    public static GateDecision Decide(
        IReadOnlyDictionary<string, ScoreSums> challenger, IReadOnlyDictionary<string, ScoreSums> champion, PairedLosses paired, GateRule rule) =>
        Decide(challenger, champion, "the model in service", paired, rule);

    /// <summary>Compares a first model with the baselines: it must beat the best of them in the same way.</summary>
    /// <param name="challenger">The challenger's figures by site.</param>
    /// <param name="baselines">Each baseline's figures by site, by its name; at least one.</param>
    /// <param name="paired">The challenger's losses against each baseline's, customer by customer, of all sites.</param>
    /// <param name="rule">What is asked.</param>
    /// <exception cref="ArgumentException">They were not measured on the same sites and examples.</exception>
    public static GateDecision DecideFirst(
        IReadOnlyDictionary<string, ScoreSums> challenger,
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, ScoreSums>> baselines,
        IReadOnlyDictionary<string, PairedLosses> paired,
        GateRule rule)
    {
        ArgumentNullException.ThrowIfNull(baselines);
        ArgumentNullException.ThrowIfNull(paired);
        var (name, best) = baselines.OrderBy(baseline => baseline.Key, StringComparer.Ordinal).MinBy(baseline => ScoreSums.Merge(baseline.Value.Values).LogLoss);
        return Decide(challenger, best, $"the best baseline ({name})", paired[name], rule);
    }

    private static GateDecision Decide(
        IReadOnlyDictionary<string, ScoreSums> challenger, IReadOnlyDictionary<string, ScoreSums> champion, string opponent, PairedLosses paired, GateRule rule)
    {
        ArgumentNullException.ThrowIfNull(challenger);
        ArgumentNullException.ThrowIfNull(champion);
        ArgumentNullException.ThrowIfNull(paired);
        ArgumentNullException.ThrowIfNull(rule);
        if (challenger.Count != champion.Count
            || challenger.Any(site => !champion.TryGetValue(site.Key, out var other) || other.Examples != site.Value.Examples)
            || paired.Examples != challenger.Values.Sum(site => site.Examples))
        {
            throw new ArgumentException("Both are compared on the same sites and the same examples.", nameof(champion));
        }

        ImmutableArray<SiteComparison> sites = [.. challenger.OrderBy(site => site.Key, StringComparer.Ordinal).Select(site => new SiteComparison(
            site.Key, site.Value.Examples, site.Value.LogLoss, champion[site.Key].LogLoss, site.Value.ChurnAuroc, champion[site.Key].ChurnAuroc))];
        var (ours, theirs) = (ScoreSums.Merge(challenger.Values), ScoreSums.Merge(champion.Values));
        var refusal = Refuse(ours, theirs, paired, sites, rule, Figures(ours, theirs, opponent, paired));
        return new GateDecision(
            refusal is null,
            refusal ?? $"{Passed}: better overall, {Figures(ours, theirs, opponent, paired)}, and nowhere worse by more than {Words($"{rule.SiteTolerance:G3}")}.",
            sites) { Opponent = opponent, Paired = paired };
    }

    /// <summary>Why a challenger is kept as a candidate; null where it passes.</summary>
    private static string? Refuse(ScoreSums ours, ScoreSums theirs, PairedLosses paired, ImmutableArray<SiteComparison> sites, GateRule rule, string figures)
    {
        if (ours.Examples == 0)
        {
            return "Kept as a candidate: the holdout has no example at any site.";
        }

        if (!(ours.LogLoss < theirs.LogLoss))
        {
            return $"Kept as a candidate: not better overall, {figures}.";
        }

        if (rule.NeedsInterval && !(paired.Difference + paired.Margin < 0))
        {
            return $"Kept as a candidate: better overall, {figures}, but not beyond chance: the interval does not lie below zero.";
        }

        var worse = sites.Where(site => site.Examples >= rule.SiteExamplesMin && !(site.Challenger <= site.Champion + rule.SiteTolerance)).ToList();
        return worse.Count > 0
            ? $"Kept as a candidate: better overall, {figures}, but worse by more than " + Words($"{rule.SiteTolerance:G3} at ") + string.Join(" and ", worse.Select(Describe)) + "."
            : null;
    }

    private static string Figures(ScoreSums ours, ScoreSums theirs, string opponent, PairedLosses paired) =>
        Words($"log loss {ours.LogLoss:F4} against {theirs.LogLoss:F4} of {opponent} on {ours.Examples:N0} holdout customers, difference {paired.Difference:F4}")
        + Words($" [{paired.Difference - paired.Margin:F4}, {paired.Difference + paired.Margin:F4}] (churn AUROC {ours.ChurnAuroc:F3} against {theirs.ChurnAuroc:F3})");

    private static string Describe(SiteComparison site) => Words($"{site.Site} ({site.Challenger:F4} against {site.Champion:F4})");

    private static string Words(FormattableString words) => words.ToString(CultureInfo.InvariantCulture);
}
