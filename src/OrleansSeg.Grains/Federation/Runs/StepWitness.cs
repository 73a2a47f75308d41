using System.Collections.Immutable;

namespace OrleansSeg.Federation.Runs;

/// <summary>What a coordinator sees of trainers as it begins to close a step; stored, so that whoever closes it again sees the same.</summary>
/// <param name="Working">Those that have just said that they work.</param>
/// <param name="Away">Those whose site no silo serves that could train.</param>
[GenerateSerializer, Immutable, Alias("seg.step-witness")]
internal sealed record StepWitness([property: Id(0)] ImmutableArray<string> Working, [property: Id(1)] ImmutableArray<string> Away)
{
    /// <summary>Nobody works, and nobody is away.</summary>
    public static StepWitness Nobody { get; } = new([], []);
}
