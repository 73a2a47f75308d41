namespace OrleansSeg.Silo.Storage;

/// <summary>A store on a server of its own, which may be absent when a silo starts.</summary>
internal interface ISharedStore
{
    /// <summary>Which server it is, for messages, such as <c>PostgreSQL at db:5432</c>; no secret.</summary>
    string Name { get; }

    /// <summary>The setting that a wrong address or a refused credential comes from.</summary>
    string ConnectionSetting { get; }

    /// <summary>Longest time to wait for a server that does not answer.</summary>
    TimeSpan StartWaitMax { get; }

    /// <summary>Looks whether a silo can start on it.</summary>
    /// <returns>Null when it can; otherwise what kept the server from answering, without secrets, so that it is asked again.</returns>
    /// <exception cref="StoreStartException">The server answered, and waiting would not help.</exception>
    Task<string?> TryOpenAsync(CancellationToken cancellationToken);
}
