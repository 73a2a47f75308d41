using System.Collections.Immutable;

namespace OrleansSeg.Customers;

/// <summary>Compares what the store holds with what the grains say. Key: the site's name.</summary>
[GrainInterfaceType("seg.verification"), Alias("seg.verification"), Version(1)]
public interface IVerificationGrain : IGrainWithStringKey
{
    /// <summary>Reads every customer record of the site from the store, and every registration and index entry, and compares them.</summary>
    /// <remarks>Cost: one read of the whole store. Repairs nothing.</remarks>
    [Alias("verify"), ResponseTimeout("02:00:00")]
    Task<VerificationReport> VerifyAsync(CancellationToken cancellationToken);
}

/// <summary>What a verification found.</summary>
/// <param name="Customers">Customers with at least one acknowledged event, counted in the store.</param>
/// <param name="Events">Events those customers hold.</param>
/// <param name="Mismatches">Disagreements found, at most the first 100.</param>
/// <param name="MismatchCount">All disagreements.</param>
[GenerateSerializer, Immutable, Alias("seg.verification-report")]
public sealed record VerificationReport(
    [property: Id(0)] long Customers,
    [property: Id(1)] long Events,
    [property: Id(2)] ImmutableArray<VerificationMismatch> Mismatches,
    [property: Id(3)] long MismatchCount);

/// <summary>One disagreement.</summary>
/// <param name="Customer">The grain key concerned.</param>
/// <param name="Kind">The promise broken: <c>unregistered</c>, <c>ghost</c>, <c>index</c>, <c>history</c>.</param>
/// <param name="Detail">What each side says.</param>
[GenerateSerializer, Immutable, Alias("seg.verification-mismatch")]
public sealed record VerificationMismatch([property: Id(0)] string Customer, [property: Id(1)] string Kind, [property: Id(2)] string Detail);
