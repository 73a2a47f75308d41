namespace OrleansSeg.Cli.Bench.Chaos.Stores;

/// <summary>The embedded store: a file of the only silo, without a server.</summary>
internal sealed class NoServer : IStoreServer
{
    /// <inheritdoc />
    public string Store => "sqlite";

    /// <inheritdoc />
    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?> { ["OrleansSeg:Storage"] = Store };

    /// <inheritdoc />
    public bool CanStop => false;

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task<string> StopAsync() => throw new NotSupportedException("The embedded store has no server to end.");

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
