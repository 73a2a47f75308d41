namespace OrleansSeg.Federation;

/// <summary>Whose presence in the training data cannot be told from what a run releases.</summary>
[GenerateSerializer, Alias("seg.protected-unit")]
public enum ProtectedUnit
{
    /// <summary>Nobody's: no noise is added.</summary>
    None = 0,

    /// <summary>One customer's: each local step clips what a customer adds to it, and adds noise.</summary>
    Customer = 1,

    /// <summary>A whole site's: each update is clipped, and noise is added to their sum.</summary>
    Trainer = 2,
}

/// <summary>Noise that hides a customer or a site in what a run releases, and how much of it.</summary>
/// <remarks>The noise comes from a cryptographic generator and is no part of the plan: two runs of one plan differ by it.</remarks>
[GenerateSerializer, Immutable, Alias("seg.federated-privacy")]
public sealed record FederatedPrivacy
{
    /// <summary>Who is hidden.</summary>
    /// <value>Default nobody.</value>
    [Id(0)]
    public ProtectedUnit Unit { get; init; }

    /// <summary>Standard deviation of the noise over the norm to which a customer's gradient, or a trainer's update, is clipped.</summary>
    /// <value>Default 0, none; with a unit above 0, and at most 1,000.</value>
    [Id(1)]
    public double NoiseMultiplier { get; init; }

    /// <summary>Norm to which each customer's gradient is clipped at every local step; for the unit customer.</summary>
    /// <value>Default 1; above 0.</value>
    [Id(2)]
    public double CustomerClipNorm { get; init; } = 1;

    /// <summary>Customers that a local step draws on average, each by itself with the same chance; for the unit customer.</summary>
    /// <value>Default 64; 1 to 100,000.</value>
    [Id(3)]
    public int CustomersPerStep { get; init; } = 64;

    /// <summary>The δ at which ε is told.</summary>
    /// <value>Default 1e-5; above 0 and below 1. It should be well below one over the number of customers, or of sites.</value>
    [Id(4)]
    public double Delta { get; init; } = 1e-5;

    /// <summary>The ε that this run and the federation's earlier ones with the same unit do not exceed together: training stops before a round that would.</summary>
    /// <value>Default 0: no bound.</value>
    [Id(5)]
    public double EpsilonMax { get; init; }
}

/// <summary>What noised steps have told of one unit at most, counted before the steps are taken.</summary>
[GenerateSerializer, Immutable, Alias("seg.privacy-spent")]
public sealed record PrivacySpent
{
    /// <summary>Who is hidden.</summary>
    [Id(0)]
    public required ProtectedUnit Unit { get; init; }

    /// <summary>ε of this run alone, for the unit of which it tells most.</summary>
    [Id(1)]
    public required double Epsilon { get; init; }

    /// <summary>ε of this run and all earlier ones of the federation with the same unit, at <see cref="Delta"/>.</summary>
    [Id(2)]
    public required double TotalEpsilon { get; init; }

    /// <summary>δ of both.</summary>
    [Id(3)]
    public required double Delta { get; init; }

    /// <summary>The bound of <see cref="TotalEpsilon"/>; 0 for none.</summary>
    [Id(4)]
    public required double EpsilonMax { get; init; }

    /// <summary>Rounds that are counted, with the one under way.</summary>
    [Id(5)]
    public required int Rounds { get; init; }

    /// <summary>Noised steps that are counted: local steps of the trainer of which they tell most, or sums of updates.</summary>
    [Id(6)]
    public required long Steps { get; init; }

    /// <summary>The chance with which such a step draws a unit.</summary>
    [Id(7)]
    public required double SamplingRate { get; init; }

    /// <summary>Earlier runs of the federation that trained without noise for this unit: what they told is in no ε.</summary>
    [Id(8)]
    public required int RunsWithoutNoise { get; init; }

    /// <summary>Whether training stopped because the next round would have exceeded <see cref="EpsilonMax"/>.</summary>
    [Id(9)]
    public required bool IsStopped { get; init; }
}

/// <summary>One thing that a run tells of its data without accounted noise, and so outside ε and δ.</summary>
/// <param name="What">What it is.</param>
/// <param name="Contents">The numbers in it, in words.</param>
/// <param name="SeenBy">Who can see it.</param>
/// <param name="Round">The round, or the first of several; null for the run as a whole.</param>
/// <param name="LastRound">The last of several rounds; null for one.</param>
[GenerateSerializer, Immutable, Alias("seg.privacy-release")]
public sealed record PrivacyRelease(
    [property: Id(0)] string What,
    [property: Id(1)] string Contents,
    [property: Id(2)] string SeenBy,
    [property: Id(3)] int? Round = null,
    [property: Id(4)] int? LastRound = null);
