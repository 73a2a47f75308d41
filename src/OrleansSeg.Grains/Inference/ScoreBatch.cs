namespace OrleansSeg.Inference;

/// <summary>Why a batch was formed when it was.</summary>
internal enum BatchTrigger
{
    /// <summary>A full batch waited, by token budget or by number.</summary>
    Size,

    /// <summary>A request had waited for company as long as it may.</summary>
    Timeout,

    /// <summary>The engine is stopping.</summary>
    Flush,
}

/// <summary>Requests of one model that are scored together.</summary>
/// <param name="Requests">The requests, at least one, the most urgent first.</param>
/// <param name="Trigger">Why now.</param>
internal sealed record ScoreBatch(IReadOnlyList<PendingScore> Requests, BatchTrigger Trigger)
{
    /// <summary>Whose model answers; of several sites with one tagger, the first.</summary>
    public string Site => Requests[0].Site;

    /// <summary>Steps of the batch once padded to its longest.</summary>
    public int PaddedTokens => Requests.Count * Requests.Max(request => request.Length);

    /// <summary>Steps that are not padding.</summary>
    public int Tokens => Requests.Sum(request => request.Length);
}
