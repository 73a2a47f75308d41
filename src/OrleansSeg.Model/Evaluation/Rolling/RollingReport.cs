using OrleansSeg.Model.Bundles;

namespace OrleansSeg.Model.Evaluation.Rolling;

/// <summary>What a rolling comparison found.</summary>
/// <param name="Cutoffs">The test cutoffs, ascending.</param>
/// <param name="HorizonDays">How far after a cutoff labels look, in days.</param>
/// <param name="Seeds">Seeds of each fit.</param>
/// <param name="Folds">Parts that customers were dealt into; 1 where their own past was trained on.</param>
/// <param name="Customers">Different customers tested.</param>
/// <param name="Examples">Customers tested, once for each cutoff.</param>
/// <param name="Labels">Segments at each cutoff that training shows often enough, the most of any cutoff.</param>
/// <param name="Contenders">In the order of the plan.</param>
public sealed record RollingReport(
    IReadOnlyList<DateTimeOffset> Cutoffs,
    double HorizonDays,
    IReadOnlyList<int> Seeds,
    int Folds,
    int Customers,
    int Examples,
    IReadOnlyList<string> Labels,
    IReadOnlyList<ContenderScores> Contenders)
{
    /// <summary>What was read.</summary>
    public required DataSummary Data { get; init; }

    /// <summary>Whether each contender was fitted again, once tuned, on all that had matured.</summary>
    public bool Refitted { get; init; }

    /// <summary>Log loss at the latest cutoff by share of the customers fitted; empty where none was asked for.</summary>
    public IReadOnlyList<LearningPoint> LearningCurve { get; init; } = [];
}

/// <summary>How one contender did over all cutoffs and seeds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Figures">
/// Every figure of <see cref="Scores"/> by its JSON name. Log loss is over all examples; the others are means over cutoffs. All are means over
/// seeds, with intervals from resampled customers.
/// </param>
/// <param name="SeedDeviation">Standard deviation of the log loss between seeds, mean over cutoffs; null for one seed.</param>
/// <param name="Against">How it compares with each contender before it in the plan, by that one's name.</param>
/// <param name="Groups">By group of customers.</param>
/// <param name="Fits">Each cutoff and seed.</param>
public sealed record ContenderScores(
    string Name,
    IReadOnlyDictionary<string, PooledFigure> Figures,
    double? SeedDeviation,
    IReadOnlyDictionary<string, Comparison> Against,
    IReadOnlyDictionary<string, GroupScores> Groups,
    IReadOnlyList<FitScores> Fits)
{
    /// <summary>Mean log loss over all examples and seeds, in nats.</summary>
    public double LogLoss => Figures["logLoss"].Value;
}

/// <summary>A figure with its 95 % interval from resampled customers.</summary>
/// <param name="Value">The figure.</param>
/// <param name="Low">2.5th percentile; null where no draw could be measured.</param>
/// <param name="High">97.5th percentile; null likewise.</param>
public sealed record PooledFigure(double Value, double? Low, double? High);

/// <summary>One contender beside an earlier one, on the same examples.</summary>
/// <param name="Differences">Of every figure, its own less the other's: below 0 is better for losses, above 0 for the rest.</param>
/// <param name="McNemar">Of the decisions with the first seed; the first count is its own.</param>
public sealed record Comparison(IReadOnlyDictionary<string, PairedDifference> Differences, McNemar McNemar);

/// <summary>One contender on one group of customers.</summary>
/// <param name="Examples">Tests of customers in it.</param>
/// <param name="LogLoss">Mean over them and the seeds, in nats.</param>
/// <param name="Difference">Its log loss less the first contender's; null for the first.</param>
public sealed record GroupScores(int Examples, double LogLoss, PairedDifference? Difference);

/// <summary>How the fits of one seed did at one cutoff.</summary>
/// <param name="Cutoff">The test cutoff.</param>
/// <param name="Seed">The seed.</param>
/// <param name="LogLoss">In nats.</param>
/// <param name="ChurnAuroc">Null where only one kind was there.</param>
/// <param name="MacroAuroc">Mean one-versus-rest over segments present.</param>
/// <param name="MacroF1">With weights fitted on validation.</param>
/// <param name="Seconds">Fitting and measuring.</param>
public sealed record FitScores(DateTimeOffset Cutoff, int Seed, double LogLoss, double? ChurnAuroc, double MacroAuroc, double MacroF1, double Seconds);

/// <summary>One point of a learning curve.</summary>
/// <param name="Contender">Which.</param>
/// <param name="Share">Share of the customers fitted.</param>
/// <param name="Customers">How many these are.</param>
/// <param name="LogLoss">At the latest cutoff, over all its test customers and with the first seed, in nats.</param>
public sealed record LearningPoint(string Contender, double Share, int Customers, double LogLoss);
