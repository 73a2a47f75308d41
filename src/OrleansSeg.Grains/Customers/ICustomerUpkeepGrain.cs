namespace OrleansSeg.Customers;

/// <summary>What partitions ask of a customer. Key: the customer's grain key. Only grains call it.</summary>
[GrainInterfaceType("seg.customer-upkeep"), Alias("seg.customer-upkeep"), Version(1)]
internal interface ICustomerUpkeepGrain : IGrainWithStringKey
{
    /// <summary>As <see cref="ICustomerGrain.ImportAsync"/>, for a customer that the calling partition has registered.</summary>
    [Alias("import-registered")]
    Task<RecordReceipt> ImportRegisteredAsync([Immutable] CustomerImport import, CancellationToken cancellationToken);

    /// <summary>Scores the customer in the back-fill lane, and waits for the result to be in the index.</summary>
    [Alias("refresh")]
    Task<RefreshOutcome> RefreshAsync(CancellationToken cancellationToken);

    /// <summary>Puts the index entry right and takes up what a crash interrupted.</summary>
    /// <returns>Whether the customer exists; if not, its registration may go.</returns>
    [Alias("reconcile")]
    Task<bool> ReconcileAsync(CancellationToken cancellationToken);
}

/// <summary>What became of a refresh.</summary>
[GenerateSerializer, Alias("seg.refresh-outcome")]
internal enum RefreshOutcome
{
    /// <summary>A new assignment is in the index.</summary>
    Rescored = 0,

    /// <summary>Nothing to score: unknown, or without consent.</summary>
    NotNeeded = 1,

    /// <summary>The site has no model in service.</summary>
    NoModel = 2,

    /// <summary>Inference is overloaded or away; the customer goes on trying.</summary>
    Unavailable = 3,
}
