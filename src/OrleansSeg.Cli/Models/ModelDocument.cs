using System.Collections.Immutable;
using OrleansSeg.Models;

namespace OrleansSeg.Cli.Models;

/// <summary>A model as <c>models --json</c> prints it.</summary>
internal sealed record ModelDocument(
    int Version, bool InService, DateTimeOffset CreatedAt, IReadOnlyList<string> Labels, string Summary, string Sha256, IReadOnlyList<ServiceSpell> Served)
{
    /// <summary>The site's models, oldest first.</summary>
    public static IReadOnlyList<ModelDocument> Of(ImmutableArray<ModelReference> models, ImmutableArray<ServiceChange> log)
    {
        var spells = log.Select((change, at) => (change.Version, Spell: ServiceSpell.Of(change, at + 1 < log.Length ? log[at + 1] : null))).ToLookup(spell => spell.Version, spell => spell.Spell);
        return [.. models.Select(model => new ModelDocument(
            model.Version, model.InService, model.CreatedAt, model.Labels, model.Summary, model.Sha256, [.. spells[model.Version]]))];
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
