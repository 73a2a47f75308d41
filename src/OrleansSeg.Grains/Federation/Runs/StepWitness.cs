using System.Collections.Immutable;

namespace OrleansSeg.Federation.Runs;

/// <summary>What a coordinator sees of trainers as it closes a step.</summary>
/// <param name="Working">Those that have just said that they work.</param>
/// <param name="Away">Those whose site no silo serves that could train.</param>
internal sealed record StepWitness(ImmutableHashSet<string> Working, ImmutableHashSet<string> Away)
{
    /// <summary>Nobody works, and nobody is away.</summary>
    public static StepWitness Nobody { get; } = new([], []);
}
