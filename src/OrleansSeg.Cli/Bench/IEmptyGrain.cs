using Orleans.CodeGeneration;

namespace OrleansSeg.Cli.Bench;

/// <summary>A grain that does nothing: what a call costs by itself. Key: any text.</summary>
[GrainInterfaceType("seg.bench-empty"), Alias("seg.bench-empty"), Version(1)]
public interface IEmptyGrain : IGrainWithStringKey
{
    /// <summary>Answers true at once.</summary>
    [Alias("call")]
    ValueTask<bool> CallAsync();
}

/// <inheritdoc />
[GrainType("seg.bench-empty")]
internal sealed class EmptyGrain : Grain, IEmptyGrain
{
    /// <inheritdoc />
    public ValueTask<bool> CallAsync() => ValueTask.FromResult(true);
}
