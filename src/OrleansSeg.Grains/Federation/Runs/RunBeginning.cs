using System.Collections.Immutable;
using OrleansSeg.Models;

namespace OrleansSeg.Federation.Runs;

/// <summary>What a run found when it began, before it read anything: models in service, versions to train on from, and who was erased by then.</summary>
[GenerateSerializer, Immutable, Alias("seg.run-beginning")]
internal sealed record RunBeginning
{
    /// <summary>By site: the bundle in service.</summary>
    [Id(0)]
    public ImmutableSortedDictionary<string, string> Champions { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>By site: the version that training goes on from; where one has none, training begins anew.</summary>
    [Id(1)]
    public ImmutableSortedDictionary<string, BegunFrom> Versions { get; init; } = ImmutableSortedDictionary.Create<string, BegunFrom>(StringComparer.Ordinal);

    /// <summary>By site: erasures so far.</summary>
    [Id(2)]
    public ImmutableSortedDictionary<string, long> Erasures { get; init; } = ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal);

    /// <summary>What those versions read, as far as the run's own readings do not say it.</summary>
    [Id(3)]
    public ImmutableArray<ModelReading> Inherited { get; init; } = [];

    /// <summary>Why training does not go on from the models in service, for people; null where it does.</summary>
    [Id(4)]
    public string? Because { get; init; }

    /// <summary>Sites that did not answer: everybody who was ever erased there counts as erased since.</summary>
    [Id(5)]
    public ImmutableArray<string> Silent { get; init; } = [];

    /// <summary>The same for training that begins with new weights after all.</summary>
    public RunBeginning Anew() => this with { Versions = Versions.Clear(), Inherited = [] };

    /// <summary>A run's own readings.</summary>
    /// <param name="plan">Its plan.</param>
    /// <param name="watermark">Its watermark.</param>
    /// <param name="erasures">By site: erasures before it read anything.</param>
    public static ImmutableArray<ModelReading> ReadingsOf(FederatedPlan plan, DateTimeOffset watermark, IReadOnlyDictionary<string, long> erasures) =>
        [.. plan.Sites.Select(site => new ModelReading(site, watermark, plan.Cutoff, erasures.GetValueOrDefault(site)))];

    /// <summary>The model of a run as a site is to keep it.</summary>
    public static ModelReference Describe(RunState run, string site, ModelReference model) => run.Beginning is not { } beginning ? model : model with
    {
        Readings = [.. ReadingsOf(run.Plan, run.Watermark, beginning.Erasures), .. beginning.Inherited],
        Parent = beginning.Versions.GetValueOrDefault(site)?.Sha256,
    };
}

/// <summary>A version that training goes on from.</summary>
/// <param name="Version">Its number at the site.</param>
/// <param name="Sha256">Its bundle.</param>
[GenerateSerializer, Immutable, Alias("seg.begun-from")]
internal sealed record BegunFrom([property: Id(0)] int Version, [property: Id(1)] string Sha256);
