namespace OrleansSeg.Cli.Bench.Chaos.Stores;

/// <summary>The server of a store, started by this program in a folder of its own. Disposing ends it.</summary>
internal interface IStoreServer : IAsyncDisposable
{
    /// <summary>The store's name in a silo-config file.</summary>
    string Store { get; }

    /// <summary>What silos and clients have to be told about it, by the names of a silo-config file.</summary>
    IReadOnlyDictionary<string, string?> Settings { get; }

    /// <summary>Whether it can be stopped under the cluster; a store without a server cannot.</summary>
    bool CanStop { get; }

    /// <summary>Starts it, for the first time or after <see cref="StopAsync"/>; returns when it answers.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Ends it as hard as its promises allow; what it acknowledged stays.</summary>
    /// <returns>How it was ended, for the history of a run.</returns>
    Task<string> StopAsync();
}
