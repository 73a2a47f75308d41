namespace OrleansSeg.Cli.Bench.Chaos;

/// <summary>What a run of faults is made of.</summary>
/// <param name="Store">The store's name in a silo-config file.</param>
/// <param name="Duration">How long faults and load go on; the checks at the end come on top.</param>
/// <param name="Silos">Silos that the cluster has between faults.</param>
/// <param name="SilosMax">Silos that it grows to.</param>
/// <param name="Seed">Of the load and of the faults.</param>
/// <param name="Folder">Where servers and silos keep their data.</param>
internal sealed record ChaosSettings(string Store, TimeSpan Duration, int Silos, int SilosMax, int Seed, string Folder)
{
    /// <summary>Customers that the load is spread over.</summary>
    public int Customers { get; init; } = 120;

    /// <summary>Callers that record; each sends one event at a time.</summary>
    public int Recorders { get; init; } = 8;

    /// <summary>Callers that look up; each asks for one customer at a time.</summary>
    public int Readers { get; init; } = 8;

    /// <summary>Longest pause of a caller between two calls.</summary>
    public TimeSpan CallPauseMax { get; init; } = TimeSpan.FromMilliseconds(80);

    /// <summary>Shortest and longest time between two faults.</summary>
    public (TimeSpan Min, TimeSpan Max) FaultPause { get; init; } = (TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(8));

    /// <summary>Faults after which the run ends, though its time is not over.</summary>
    public int FaultsMax { get; init; } = int.MaxValue;

    /// <summary>Longest time that the store's server is away.</summary>
    public TimeSpan StoreAwayMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a frozen silo answers nothing: longer than the others take to put it out of the cluster.</summary>
    public TimeSpan Frozen { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a silo may take to find out that it was put out, once it goes on.</summary>
    public TimeSpan FrozenEndMax { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Longest time that a look-up may take to be answered, failed attempts included; while nobody could answer it does not run.</summary>
    public TimeSpan RecoveryMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait for the answer to one attempt.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait for a silo to start, to stop, or for the cluster to answer again at the end.</summary>
    public TimeSpan StepMax { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Settings of every silo, by the names of a silo-config file: short times, so that a run holds many faults, and small pages, so that many are sealed.</summary>
    public static IReadOnlyDictionary<string, string?> SiloSettings { get; } = new Dictionary<string, string?>
    {
        ["OrleansSeg:Membership:ProbeTimeout"] = "00:00:01",
        ["OrleansSeg:Membership:MissedProbesMax"] = "2",
        ["OrleansSeg:Membership:TableRefresh"] = "00:00:05",
        ["OrleansSeg:Membership:AlivePeriod"] = "00:00:05",
        ["OrleansSeg:Site:PartitionCount"] = "16",
        ["OrleansSeg:Partitions:BucketEntriesMax"] = "8",
        ["OrleansSeg:Partitions:SweepInterval"] = "00:00:10",
        ["OrleansSeg:Customers:HotPageBytesMax"] = "8192",
        ["OrleansSeg:Inference:Enabled"] = "false",
    };
}
