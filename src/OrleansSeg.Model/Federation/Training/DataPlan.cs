using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>Which examples the trainers of a run make: the same cutoffs for all, fixed before fitting.</summary>
public sealed record DataPlan
{
    /// <summary>Cutoffs whose examples are fitted, ascending.</summary>
    public required IReadOnlyList<DateTimeOffset> TrainingCutoffs { get; init; }

    /// <summary>The latest matured cutoff: it validates among customers who train, and gates among those of the holdout.</summary>
    public required DateTimeOffset ValidationCutoff { get; init; }

    /// <summary>How far after a cutoff labels look.</summary>
    /// <value>At least 1 day.</value>
    public required TimeSpan Horizon { get; init; }

    /// <summary>Seed of the draw where there are more examples than are kept.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Most training examples that one trainer keeps in memory.</summary>
    /// <value>Default 120,000, about 150 MB.</value>
    public int TrainingExamplesMax { get; init; } = 120_000;

    /// <summary>Most validation examples, and most holdout examples, of one trainer.</summary>
    /// <value>Default 50,000.</value>
    public int HeldExamplesMax { get; init; } = 50_000;

    /// <summary>Places the cutoffs in the time that all trainers' data span.</summary>
    /// <param name="span">Merged spans.</param>
    /// <param name="plan">Horizon, cutoffs and bounds.</param>
    /// <exception cref="InsufficientDataException">There are too few customers, or the history is too short.</exception>
    public static DataPlan Of(DataSpan span, TrainingPlan plan)
    {
        ArgumentNullException.ThrowIfNull(span);
        SufficientData.CheckCustomers(span.Customers);
        return Of(StartOf(span.First!.Value), StartOf(span.Last!.Value), plan);
    }

    /// <summary>Places the cutoffs in a time that is known otherwise.</summary>
    /// <param name="first">No event is earlier; where it is too early, the first cutoffs have no examples.</param>
    /// <param name="last">Events are known up to it: later than the data's end, and customers seem to have lapsed who only were not recorded.</param>
    /// <param name="plan">Horizon, cutoffs and bounds.</param>
    /// <exception cref="InsufficientDataException">The history is too short.</exception>
    public static DataPlan Of(DateTimeOffset first, DateTimeOffset last, TrainingPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var split = TimeSplit.ForTraining(
            plan.WholeFrom > first ? plan.WholeFrom.Value : first, last, plan.Horizon, plan.CutoffStep, plan.CutoffCountMax);
        return new DataPlan
        {
            TrainingCutoffs = split.Training,
            ValidationCutoff = split.Validation,
            Horizon = plan.Horizon,
            Seed = plan.Seed,
            TrainingExamplesMax = plan.TrainingExamplesMax,
            HeldExamplesMax = plan.HeldExamplesMax,
        };
    }

    private static DateTimeOffset StartOf(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
}
