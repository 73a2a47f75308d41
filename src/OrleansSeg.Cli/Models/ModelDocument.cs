using System.Collections.Immutable;
using System.Globalization;
using OrleansSeg.Model.Segments;
using OrleansSeg.Models;

namespace OrleansSeg.Cli.Models;

/// <summary>A model as <c>models --json</c> prints it.</summary>
internal sealed record ModelDocument(
    int Version, bool InService, DateTimeOffset CreatedAt, string Scheme, IReadOnlyList<string> Labels, string Summary, string Sha256, IReadOnlyList<ServiceSpell> Served,
    TaintDocument? MayHaveLearnedFrom)
{
    /// <summary>The site's models, oldest first.</summary>
    public static IReadOnlyList<ModelDocument> Of(ImmutableArray<ModelReference> models, ImmutableArray<ServiceChange> log, ImmutableArray<VersionTaint> taints)
    {
        var byVersion = taints.ToDictionary(taint => taint.Version);
        var spells = log.Select((change, at) => (change.Version, Spell: ServiceSpell.Of(change, at + 1 < log.Length ? log[at + 1] : null))).ToLookup(spell => spell.Version, spell => spell.Spell);
        return [.. models.Select(model => new ModelDocument(
            model.Version, model.InService, model.CreatedAt, model.Scheme ?? SegmentScheme.PredictiveName, model.Labels, model.Summary, model.Sha256, [.. spells[model.Version]],
            TaintDocument.Of(byVersion.GetValueOrDefault(model.Version))))];
    }
}

/// <summary>A time in which a version was in service.</summary>
/// <param name="From">When it went into service.</param>
/// <param name="Until">When another one did; null while it is in service.</param>
/// <param name="Why">Why it went into service.</param>
/// <param name="Forced">Whether it would have been refused.</param>
internal sealed record ServiceSpell(DateTimeOffset From, DateTimeOffset? Until, ServiceReason Why, bool Forced)
{
    public static ServiceSpell Of(ServiceChange change, ServiceChange? next) => new(change.At, next?.At, change.Reason, change.Forced);

    /// <summary>Why, in words.</summary>
    public string Words => (Why, Forced) switch
    {
        (ServiceReason.Published, _) => "published by training",
        (ServiceReason.Promoted, false) => "promoted by hand",
        (ServiceReason.Promoted, true) => "promoted by hand, forced",
        (_, false) => "rolled back to",
        _ => "rolled back to, forced",
    };
}

/// <summary>Customers erased since, from whom a version may have learned.</summary>
/// <param name="Erasures">How many.</param>
/// <param name="SilentSites">Sites that it was trained on and that do not answer, so that erasures there are not counted.</param>
internal sealed record TaintDocument(long Erasures, IReadOnlyList<string> SilentSites)
{
    public static TaintDocument? Of(VersionTaint? taint) => taint is null ? null : new TaintDocument(taint.Erasures, taint.SilentSites);

    /// <summary>In words; empty for a version that is clean.</summary>
    public string Words => string.Join("; ", new[]
    {
        Erasures > 0 ? string.Create(CultureInfo.InvariantCulture, $"may have learned from {Erasures:N0} {(Erasures == 1 ? "customer" : "customers")} erased since") : null,
        SilentSites.Count > 0 ? $"not known: no answer from {string.Join(", ", SilentSites)}" : null,
    }.OfType<string>());
}
