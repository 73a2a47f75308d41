namespace OrleansSeg.Inference;

/// <summary>Why a batch was formed when it was.</summary>
internal enum BatchTrigger
{
    /// <summary>It reached the token budget or the request limit.</summary>
    Size,

    /// <summary>Its first request had waited long enough.</summary>
    Timeout,

    /// <summary>The engine is stopping.</summary>
    Flush,
}

/// <summary>Requests of one site that are scored together.</summary>
/// <param name="Requests">The requests, at least one.</param>
/// <param name="Trigger">Why now.</param>
internal sealed record ScoreBatch(IReadOnlyList<PendingScore> Requests, BatchTrigger Trigger)
{
    /// <summary>Whose model answers.</summary>
    public string Site => Requests[0].Site;

    /// <summary>Steps of the batch once padded to its longest.</summary>
    public int PaddedTokens => Requests.Count * Requests.Max(request => request.Length);
}
