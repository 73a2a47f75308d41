using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Rolling;

/// <summary>What is compared, at which past cutoffs, how often.</summary>
public sealed record RollingPlan
{
    /// <summary>Test cutoffs; at each, every contender is fitted anew on what was known before it.</summary>
    public required IReadOnlyList<DateTimeOffset> Cutoffs { get; init; }

    /// <summary>Seeds that each contender is fitted with at each cutoff; figures are averaged over them.</summary>
    public required IReadOnlyList<int> Seeds { get; init; }

    /// <summary>What is compared; the first is what the others are held against.</summary>
    public required IReadOnlyList<Contender> Contenders { get; init; }

    /// <summary>Horizon, bounds, resamples and threads; its seed draws samples, folds and the bootstrap.</summary>
    public required TrainingPlan Data { get; init; }

    /// <summary>Parts that customers are dealt into by hash; each is forecast by a fit that saw none of its customers.</summary>
    /// <value>Default 1: a customer's own past is trained on, as it is in service.</value>
    public int Folds { get; init; } = 1;

    /// <summary>Shares of the customers that the latest cutoff is also fitted with, each the smallest hashes, for learning curves.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<double> LearningShares { get; init; } = [];

    /// <summary>Names of the groups that a test example is in, for the worst of them.</summary>
    /// <value>Default <see cref="Cohorts.Of"/>.</value>
    public Func<Example, IEnumerable<string>> Groups { get; init; } = Cohorts.Of;

    /// <summary>Evenly spaced cutoffs, the latest as late as the horizon allows.</summary>
    /// <param name="lastEvent">The latest event of the data.</param>
    /// <param name="horizon">How far after a cutoff labels look.</param>
    /// <param name="step">Time between two.</param>
    /// <param name="count">How many.</param>
    /// <returns>Ascending, at midnight UTC.</returns>
    public static IReadOnlyList<DateTimeOffset> LatestCutoffs(DateTimeOffset lastEvent, TimeSpan horizon, TimeSpan step, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(step, TimeSpan.Zero);
        var latest = new DateTimeOffset((lastEvent - horizon).UtcDateTime.Date, TimeSpan.Zero);
        return [.. Enumerable.Range(0, count).Select(back => latest - (step * back)).Reverse()];
    }
}

/// <summary>Something that is fitted and measured.</summary>
/// <param name="Name">Its name in the report.</param>
/// <param name="Trainer">Fits it.</param>
public sealed record Contender(string Name, IForecasterTrainer Trainer);
