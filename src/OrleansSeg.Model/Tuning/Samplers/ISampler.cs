using System.Collections.Immutable;

namespace OrleansSeg.Model.Tuning.Samplers;

/// <summary>Says which point to try next.</summary>
/// <remarks>
/// It remembers nothing: what it proposes hangs on the number, the earlier trials and its seed alone, so that a search that was broken off
/// goes on as if it had not been.
/// </remarks>
public interface ISampler
{
    /// <summary>Its name in records and on the command line.</summary>
    string Name { get; }

    /// <summary>The next point.</summary>
    /// <param name="number">The trial's number, from 0.</param>
    /// <param name="earlier">Trials of lower numbers, ascending.</param>
    ImmutableArray<double> Propose(int number, IReadOnlyList<SampledTrial> earlier);
}

/// <summary>A trial as samplers see it.</summary>
/// <param name="Point">What was tried.</param>
/// <param name="Loss">What came of it, lower for better; infinite where nothing did; null while it is running.</param>
public sealed record SampledTrial(ImmutableArray<double> Point, double? Loss);
