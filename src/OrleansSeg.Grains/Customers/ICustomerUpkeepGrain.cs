namespace OrleansSeg.Customers;

/// <summary>What partitions ask of a customer. Key: the customer's grain key. Only grains call it.</summary>
[GrainInterfaceType("seg.customer-upkeep"), Alias("seg.customer-upkeep"), Version(1)]
internal interface ICustomerUpkeepGrain : IGrainWithStringKey
{
    /// <summary>Scores the customer in the back-fill lane, and waits for the result to be in the index.</summary>
    [Alias("refresh")]
    Task<RefreshOutcome> RefreshAsync(CancellationToken cancellationToken);

    /// <summary>Makes the index say what the customer says, takes up what a crash interrupted, and unregisters a customer that is not there.</summary>
    [Alias("reconcile")]
    Task ReconcileAsync(CancellationToken cancellationToken);

    /// <summary>Drops the events that retention no longer keeps; returns how many.</summary>
    [Alias("retain")]
    Task<int> ApplyRetentionAsync(CancellationToken cancellationToken);
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
