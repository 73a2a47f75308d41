namespace OrleansSeg.Model.Training;

/// <summary>Which cutoffs train, validate and test, so that no label's future reaches into a later set's past.</summary>
/// <param name="Training">Ascending; every horizon ends at or before the validation cutoff.</param>
/// <param name="Validation">Its horizon ends at or before the test cutoff.</param>
/// <param name="Test">The cutoff to report, or null when everything matured is trained on.</param>
public sealed record TimeSplit(IReadOnlyList<DateTimeOffset> Training, DateTimeOffset Validation, DateTimeOffset? Test)
{
    /// <summary>Cutoffs that are fitted once tuning is done: those of training, validation's, and those between, whose futures reach into validation's past.</summary>
    /// <value>Ascending; every horizon ends where validation's does, or before.</value>
    public required IReadOnlyList<DateTimeOffset> Matured { get; init; }

    /// <summary>Splits for an evaluation at a cutoff.</summary>
    /// <param name="firstEvent">The earliest event of the data.</param>
    /// <param name="test">The test cutoff.</param>
    /// <param name="horizon">How far after a cutoff labels look.</param>
    /// <param name="step">Distance between training cutoffs.</param>
    /// <param name="countMax">Most training cutoffs; the latest are kept.</param>
    /// <exception cref="InsufficientDataException">The data do not reach back three horizons.</exception>
    public static TimeSplit ForEvaluation(DateTimeOffset firstEvent, DateTimeOffset test, TimeSpan horizon, TimeSpan step, int countMax) =>
        Create(firstEvent, test - horizon, horizon, step, countMax) with { Test = test };

    /// <summary>Splits for a model that goes into service: the latest cutoff whose horizon has passed validates.</summary>
    /// <param name="firstEvent">The earliest event of the data.</param>
    /// <param name="lastEvent">The latest event of the data.</param>
    /// <param name="horizon">How far after a cutoff labels look.</param>
    /// <param name="step">Distance between training cutoffs.</param>
    /// <param name="countMax">Most training cutoffs; the latest are kept.</param>
    /// <exception cref="InsufficientDataException">The data do not reach back two horizons and a month.</exception>
    public static TimeSplit ForTraining(DateTimeOffset firstEvent, DateTimeOffset lastEvent, TimeSpan horizon, TimeSpan step, int countMax) =>
        Create(firstEvent, lastEvent - horizon, horizon, step, countMax);

    private static TimeSplit Create(DateTimeOffset firstEvent, DateTimeOffset validation, TimeSpan horizon, TimeSpan step, int countMax)
    {
        var training = new List<DateTimeOffset>();
        for (var cutoff = validation - horizon; cutoff > firstEvent && training.Count < countMax; cutoff -= step)
        {
            training.Add(cutoff);
        }

        if (training.Count == 0)
        {
            var needed = (int)Math.Ceiling((horizon * 2).TotalDays);
            throw new InsufficientDataException(
                $"The history reaches back {Math.Max(0, (validation + horizon - firstEvent).TotalDays):F0} days; at a horizon of "
                + $"{horizon.TotalDays:F0} days more than {needed} are needed, so that training can be validated on a later time.");
        }

        training.Reverse();
        var since = new List<DateTimeOffset>();
        for (var cutoff = validation; cutoff > training[^1]; cutoff -= step)
        {
            since.Add(cutoff);
        }

        since.Reverse();
        return new TimeSplit(training, validation, null) { Matured = [.. training, .. since] };
    }
}
