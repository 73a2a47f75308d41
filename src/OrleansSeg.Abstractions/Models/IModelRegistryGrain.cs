using System.Collections.Immutable;

namespace OrleansSeg.Models;

/// <summary>The models of one site and which one is in service. Key: the site's name.</summary>
[GrainInterfaceType("seg.model-registry"), Alias("seg.model-registry"), Version(1)]
public interface IModelRegistryGrain : IGrainWithStringKey
{
    /// <summary>Registers a bundle that lies in the model store; it gets the next version number. The same hash again gets its old number.</summary>
    /// <param name="candidate">The bundle; its version is ignored.</param>
    /// <param name="promote">Whether to put it in service at once.</param>
    /// <param name="cancellationToken">Stops before the write.</param>
    [Alias("publish")]
    Task<ModelReference> PublishAsync(ModelReference candidate, bool promote, CancellationToken cancellationToken);

    /// <summary>Puts a registered version in service; one that may have learned from customers erased since is refused.</summary>
    /// <exception cref="KeyNotFoundException">No such version.</exception>
    /// <exception cref="InvalidOperationException">It is refused.</exception>
    [Alias("promote")]
    Task<ModelReference> PromoteAsync(int version, CancellationToken cancellationToken);

    /// <summary>The model in service, or null.</summary>
    [Alias("current")]
    Task<ModelReference?> GetCurrentAsync(CancellationToken cancellationToken);

    /// <summary>All registered models, oldest first.</summary>
    [Alias("list")]
    Task<ImmutableArray<ModelReference>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Puts a version back in service; silos swap between two batches, and sweeps score everybody anew in the back-fill lane.</summary>
    /// <param name="version">Which; null for the one before the one in service, so that each call without a version goes one further back.</param>
    /// <param name="force">Whether to take one all the same that may have learned from customers erased since.</param>
    /// <param name="cancellationToken">Stops before the write.</param>
    /// <exception cref="KeyNotFoundException">No such version.</exception>
    /// <exception cref="InvalidOperationException">No version is known to have been in service before, or it is refused for what it may have learned.</exception>
    [Alias("roll-back")]
    Task<ModelReference> RollBackAsync(int? version, bool force, CancellationToken cancellationToken);

    /// <summary>Removes a version, and its bundle from the model store unless another site has it too. Its number is never given again. Harmless when repeated.</summary>
    /// <param name="version">The version.</param>
    /// <param name="cancellationToken">Stops before the write.</param>
    /// <exception cref="KeyNotFoundException">There never was such a version.</exception>
    /// <exception cref="InvalidOperationException">It is in service.</exception>
    [Alias("remove")]
    Task RemoveAsync(int version, CancellationToken cancellationToken);

    /// <summary>Which versions may have learned from customers erased since, in the order of <see cref="ListAsync"/>. Cost: a call to each site that they were trained on.</summary>
    [Alias("taints")]
    Task<ImmutableArray<VersionTaint>> GetTaintsAsync(CancellationToken cancellationToken);

    /// <summary>Puts a registered version in service.</summary>
    /// <param name="version">Which.</param>
    /// <param name="force">Whether to take it even if it may have learned from customers erased since.</param>
    /// <param name="cancellationToken">Stops before the write.</param>
    /// <exception cref="KeyNotFoundException">No such version.</exception>
    /// <exception cref="InvalidOperationException">It may have learned from customers erased since, or that is not known; the message says which.</exception>
    [Alias("put-in-service")]
    Task<ModelReference> PromoteAsync(int version, bool force, CancellationToken cancellationToken);

    /// <summary>What was in service when and why: the latest changes, oldest first.</summary>
    [Alias("service-log")]
    Task<ImmutableArray<ServiceChange>> GetServiceLogAsync(CancellationToken cancellationToken);
}

/// <summary>A bundle in the model store.</summary>
/// <param name="Version">Number within the site, from 1; 0 until registered.</param>
/// <param name="Sha256">Hash of the bundle's manifest, lower-case hexadecimal: the bundle's name in the store.</param>
/// <param name="CreatedAt">When it was trained.</param>
/// <param name="Labels">The scheme's segments.</param>
/// <param name="Summary">One line for people: data, examples, validation scores.</param>
/// <param name="InService">Whether this version answers.</param>
[GenerateSerializer, Immutable, Alias("seg.model-reference")]
public sealed record ModelReference(
    [property: Id(0)] int Version,
    [property: Id(1)] string Sha256,
    [property: Id(2)] DateTimeOffset CreatedAt,
    [property: Id(3)] ImmutableArray<string> Labels,
    [property: Id(4)] string Summary,
    [property: Id(5)] bool InService)
{
    /// <summary>What it may have learned of customers, site by site; none where that is not known, and it counts as having read everybody.</summary>
    [Id(6)]
    public ImmutableArray<ModelReading> Readings { get; init; } = [];

    /// <summary>The bundle of the site's version that it was trained on from; null where training began anew, or that is not known.</summary>
    [Id(7)]
    public string? Parent { get; init; }

    /// <summary>The bundle of the text encoder that it reads texts with, which several versions may share; null for none.</summary>
    [Id(8)]
    public string? TextEncoder { get; init; }

    /// <summary>The scheme it answers in, as a training is asked for it; null for the predictive one.</summary>
    [Id(9)]
    public string? Scheme { get; init; }
}
