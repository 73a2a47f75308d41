namespace OrleansSeg.Silo.Storage;

/// <summary>Asks the store whether it answers, for readiness.</summary>
internal interface IStoreProbe
{
    /// <summary>Returns when the store has answered a read.</summary>
    /// <exception cref="StoreSilentException">It did not; the message says what it said instead, and holds no secret.</exception>
    Task PingAsync(CancellationToken cancellationToken);
}
