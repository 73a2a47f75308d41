using System.Collections.Immutable;

namespace OrleansSeg.Federation;

/// <summary>What a federated run does. A plan says everything that the result hangs on, beside the data.</summary>
[GenerateSerializer, Immutable, Alias("seg.federated-plan")]
public sealed record FederatedPlan
{
    // Of two masked updates each trainer would learn the other's from the sum.
    private const int MaskedReportersMin = 3;

    /// <summary>Sites that take part.</summary>
    /// <value>1 to 64, each once.</value>
    [Id(0)]
    public ImmutableArray<string> Sites { get; init; } = [];

    /// <summary>Trainers of each site; a site's partitions are divided among them.</summary>
    /// <value>Default 1; 1 to 64, and at most 256 of all sites together.</value>
    [Id(1)]
    public int TrainersPerSite { get; init; } = 1;

    /// <summary>Rounds of training.</summary>
    /// <value>Default 5; 1 to 100.</value>
    [Id(2)]
    public int Rounds { get; init; } = 5;

    /// <summary>How updates become one model, by the strategy's name.</summary>
    /// <value>Default <c>fedavg</c>.</value>
    [Id(3)]
    public string Strategy { get; init; } = "fedavg";

    /// <summary>Settings of the strategy, by name; what is not said has the strategy's default.</summary>
    [Id(4)]
    public ImmutableSortedDictionary<string, double> StrategySettings { get; init; } = ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>Passes of each trainer over its examples in a round.</summary>
    /// <value>Default 1; 1 to 50.</value>
    [Id(5)]
    public int LocalEpochs { get; init; } = 1;

    /// <summary>How far after a cutoff labels look.</summary>
    /// <value>Default 90 days; 1 to 730 days.</value>
    [Id(6)]
    public TimeSpan Horizon { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Seed of everything random.</summary>
    [Id(7)]
    public int Seed { get; init; }

    /// <summary>Fewest trainers whose updates make a round; 0 for more than half of those that take part.</summary>
    /// <value>Default 0; up to the number of trainers.</value>
    [Id(8)]
    public int ReportersMin { get; init; }

    /// <summary>Shortest time that a round waits for trainers that have not reported, once enough have; it waits by what earlier rounds took.</summary>
    /// <value>Default 30 s; 1 s to 1 h.</value>
    [Id(9)]
    public TimeSpan DeadlineMin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time of one step: with fewer than enough reports by then the run fails.</summary>
    /// <value>Default 1 h; 10 s to 1 day, and not below <see cref="DeadlineMin"/>.</value>
    [Id(10)]
    public TimeSpan DeadlineMax { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Whether a model that passes the gate goes into service; otherwise it is kept as a candidate.</summary>
    /// <value>Default true.</value>
    [Id(11)]
    public bool Promote { get; init; } = true;

    /// <summary>The latest instant that training knows; null for the run's start.</summary>
    [Id(12)]
    public DateTimeOffset? Cutoff { get; init; }

    /// <summary>How updates are made small, by the compressor's name.</summary>
    /// <value>Default <c>none</c>.</value>
    [Id(13)]
    public string Compression { get; init; } = "none";

    /// <summary>Noise that hides a customer or a site, and its budget.</summary>
    /// <value>Default none.</value>
    [Id(14)]
    public FederatedPrivacy Privacy { get; init; } = new();

    /// <summary>Norm to which each trainer's update is clipped before it is sent.</summary>
    /// <value>Default 0: not clipped; up to 1,000,000.</value>
    [Id(16)]
    public double UpdateClipNorm { get; init; }

    /// <summary>Which weights are trained, and which of them all sites share: <c>everything</c>; <c>site-heads</c>, for heads of each site's own on a
    /// shared base; <c>fusion</c> and <c>heads</c>, for small updates of the last layers that leave the rest as it is.</summary>
    /// <value>Default <c>everything</c>.</value>
    [Id(17)]
    public string Scope { get; init; } = "everything";

    /// <summary>What becomes of an update whose round was closed without it, because its trainer was still at work: <c>drop</c>; <c>keep</c>, for it to
    /// count in the next round that is closed after it has come, for less the more rounds that is.</summary>
    /// <value>Default <c>drop</c>. <c>keep</c> does not go with a strategy that keeps control variates, heads of each site's own, masked updates, or noise that hides sites.</value>
    [Id(18)]
    public string LateUpdates { get; init; } = "drop";

    /// <summary>What becomes of what was learned from customers who are erased: <c>keep</c> goes on from the models in service all the same, and marks what comes of it;
    /// <c>restart</c> begins only from what cannot know them, and begins anew when one is erased during the run.</summary>
    /// <value>Default <c>keep</c>.</value>
    [Id(19)]
    public string Forgetting { get; init; } = Keep;

    /// <summary>See <see cref="Forgetting"/>.</summary>
    public const string Keep = "keep";

    /// <summary>See <see cref="Forgetting"/>.</summary>
    public const string Restart = "restart";

    /// <summary>Whether a model is better only if the 95 % interval of the difference in log loss on the holdout, customer by customer, lies below zero.</summary>
    /// <value>Default false: a smaller log loss is enough.</value>
    [Id(21)]
    public bool GateInterval { get; init; }

    /// <summary>When the run is worth its training; else it ends once that is known. Null for always.</summary>
    [Id(20)]
    public RunCondition? Condition { get; init; }

    /// <summary>Whether trainers mask their updates, so that nobody learns more of them than their sum.</summary>
    /// <value>Default false. Needs <see cref="UpdateClipNorm"/>, 3 to 255 trainers, a strategy of the mean alone and no compression.</value>
    [Id(15)]
    public bool SecureAggregation { get; init; }

    /// <summary>Fewest reports that make a round: <see cref="ReportersMin"/>, or where that is 0 more than half of the trainers; at least 3 where they are masked.</summary>
    public int ReportersNeeded => ReportersNeededOf(Trainers.Length);

    /// <summary>The same for a step in which only some of the trainers take part; of masked updates it may be more than there are.</summary>
    public int ReportersNeededOf(int trainers)
    {
        var asked = ReportersMin > 0 ? ReportersMin : (trainers / 2) + 1;
        return SecureAggregation ? Math.Max(MaskedReportersMin, asked) : Math.Min(trainers, asked);
    }

    /// <summary>The trainers, in ordinal order: each <c>{site}:{number}</c>.</summary>
    public ImmutableArray<string> Trainers =>
        [.. Sites.SelectMany(site => Enumerable.Range(0, TrainersPerSite).Select(number => string.Create(null, $"{site}:{number}"))).Order(StringComparer.Ordinal)];
}
