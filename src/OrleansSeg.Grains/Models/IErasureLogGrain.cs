using System.Collections.Immutable;
using Orleans.Concurrency;
using OrleansSeg.Customers;

namespace OrleansSeg.Models;

/// <summary>What a site's registry knows of erasures. Key: the site's name. Only grains call it.</summary>
/// <remarks>Answers interleave with changes of the registry, so that two sites which ask each other do not wait for each other.</remarks>
[GrainInterfaceType("seg.erasures"), Alias("seg.erasures"), Version(1)]
internal interface IErasureLogGrain : IGrainWithStringKey
{
    /// <summary>Notes an erasure, durably and once, however often it is told. To be called once nobody can read the customer any more.</summary>
    /// <returns>Its number.</returns>
    [Alias("mark")]
    Task<long> MarkAsync(ErasureMark mark);

    /// <summary>The log after an erasure.</summary>
    /// <param name="after">The number; 0 for all.</param>
    [Alias("read"), AlwaysInterleave]
    Task<ErasureLog> ReadAsync(long after);

    /// <summary>Which versions, of this site and of those that trained with it, may have learned from a customer of this site.</summary>
    /// <param name="numbers">The customer's erasures.</param>
    [Alias("forgetting"), AlwaysInterleave]
    Task<Forgetting> GetForgettingAsync(ImmutableArray<long> numbers);

    /// <summary>Which of this site's versions may have learned from customers of a site.</summary>
    /// <param name="site">The site of the customers.</param>
    /// <param name="erasures">Their erasures.</param>
    [Alias("affected"), AlwaysInterleave]
    Task<ImmutableArray<AffectedVersion>> GetAffectedAsync(string site, ImmutableArray<ErasureEntry> erasures);
}
