namespace OrleansSeg.Federation.Runs;

/// <summary>One trainer: a fixed share of one site's partitions. Key: <c>{site}:{number}@{federation}</c>.</summary>
/// <remarks>
/// Only coordinators call it. It lives on whichever of the site's silos holds it, and its result hangs on the order alone, so another
/// silo that takes over reports the same.
/// </remarks>
[GrainInterfaceType("seg.federated-trainer"), Alias("seg.federated-trainer"), Version(1)]
internal interface IFederatedTrainerGrain : IGrainWithStringKey
{
    /// <summary>Begins an order, or says how it does; asked again and again until the result is there.</summary>
    [Alias("ask")]
    Task<StepReport> AskAsync(StepOrder order, CancellationToken cancellationToken);

    /// <summary>Stops what it does for a run.</summary>
    [Alias("stop")]
    Task StopAsync(int run);
}

/// <summary>Trainers' ids, <c>{site}:{number}</c>, and the keys of their grains, which add the federation.</summary>
internal static class TrainerKey
{
    /// <summary>The grain's key.</summary>
    public static string Of(string federation, string trainer) => $"{trainer}@{federation}";

    /// <summary>The trainer's id in a grain's key.</summary>
    public static string TrainerIn(string key) => key[..key.IndexOf('@', StringComparison.Ordinal)];

    /// <summary>The federation in a grain's key.</summary>
    public static string FederationIn(string key) => key[(key.IndexOf('@', StringComparison.Ordinal) + 1)..];

    /// <summary>The site in a trainer's id.</summary>
    public static string SiteOf(string trainer) => trainer[..trainer.IndexOf(':', StringComparison.Ordinal)];

    /// <summary>The number in a trainer's id, from 0.</summary>
    public static int NumberOf(string trainer) => int.Parse(trainer.AsSpan(SiteOf(trainer).Length + 1), provider: null);
}
