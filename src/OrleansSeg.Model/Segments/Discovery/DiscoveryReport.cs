namespace OrleansSeg.Model.Segments.Discovery;

/// <summary>Segments that were found in the customers themselves.</summary>
/// <param name="Customers">Customers in whom they were found: those of the validation cutoff.</param>
/// <param name="Stability">Mean adjusted Rand index between the segments and those found in resampled customers.</param>
/// <param name="Tried">Stability by number of segments.</param>
/// <param name="Segments">The segments, in the order of the scheme's labels.</param>
public sealed record DiscoveryReport(int Customers, double Stability, IReadOnlyDictionary<int, double> Tried, IReadOnlyList<DiscoveredSegment> Segments);

/// <summary>One segment that was found.</summary>
/// <param name="Name">Made of what sets it apart most.</param>
/// <param name="Share">Share of the customers.</param>
/// <param name="Traits">What sets it apart, in words, the largest difference first; then what its customers did afterwards, which finding it did not see.</param>
public sealed record DiscoveredSegment(string Name, double Share, IReadOnlyList<string> Traits);
