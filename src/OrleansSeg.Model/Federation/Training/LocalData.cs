using OrleansSeg.Model.Federation.Drift;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>A trainer's customers, read as a run may see them: the holdout is never among those who are counted, trained on or validated on.</summary>
/// <remarks>Reads one history at a time; keeps examples within the plan's bounds.</remarks>
/// <param name="site">Whose customers they are.</param>
/// <param name="histories">The trainer's customers up to the run's watermark.</param>
public sealed class LocalData(string site, HistorySource histories)
{
    private readonly HistorySource _known = Holdout.Without(site, histories);

    /// <summary>How much there is, and of what time.</summary>
    public async Task<DataSpan> MeasureAsync(CancellationToken cancellationToken)
    {
        var span = DataSpan.Empty;
        await foreach (var history in _known(cancellationToken))
        {
            span = span.With(history);
        }

        return span;
    }

    /// <summary>Counts the training examples, all of them.</summary>
    public async Task<FitStatistics> CountAsync(DataPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var counter = new FitCounter();
        await foreach (var history in _known(cancellationToken))
        {
            counter.Add(AsOfExamples.Of(history, plan.TrainingCutoffs, plan.Horizon));
        }

        return counter.ToStatistics();
    }

    /// <summary>Makes the labelled examples that rounds train and validate on.</summary>
    /// <param name="plan">Cutoffs and bounds.</param>
    /// <param name="scheme">The site's scheme, see <see cref="FittedSchemes.BySite"/>.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task<LocalExamples> ReadAsync(DataPlan plan, SegmentScheme scheme, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var training = new ExampleSample(plan.TrainingExamplesMax, plan.Seed);
        var validation = new ExampleSample(plan.HeldExamplesMax, plan.Seed);
        await foreach (var history in _known(cancellationToken))
        {
            Add(training, history, plan.TrainingCutoffs, plan.Horizon);
            Add(validation, history, [plan.ValidationCutoff], plan.Horizon);
        }

        return new LocalExamples(SchemeFit.Label(scheme, training.ToList()).Set, SchemeFit.Label(scheme, validation.ToList()).Set);
    }

    /// <summary>Makes the labelled examples of the holdout alone, at the latest matured cutoff.</summary>
    public async Task<ExampleSet> ReadHoldoutAsync(DataPlan plan, SegmentScheme scheme, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var held = new ExampleSample(plan.HeldExamplesMax, plan.Seed);
        await foreach (var history in Holdout.Only(site, histories)(cancellationToken))
        {
            Add(held, history, [plan.ValidationCutoff], plan.Horizon);
        }

        return SchemeFit.Label(scheme, held.ToList()).Set;
    }

    /// <summary>Counts how customers and outcomes have moved.</summary>
    /// <param name="question">What to compare.</param>
    /// <param name="model">The site's model in service.</param>
    /// <param name="scheme">The model's scheme, with the site's threshold.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public Task<DriftCounts> CompareAsync(DriftQuestion question, SegmentModel model, SegmentScheme scheme, CancellationToken cancellationToken) =>
        DriftCounts.OfAsync(_known, question, model, scheme, cancellationToken);

    private static void Add(ExampleSample sample, CustomerHistory history, IEnumerable<DateTimeOffset> cutoffs, TimeSpan horizon)
    {
        foreach (var example in AsOfExamples.Of(history, [.. cutoffs.Where(cutoff => sample.Wants(history.CustomerId, cutoff))], horizon))
        {
            sample.Add(example);
        }
    }
}

/// <summary>A trainer's labelled examples; they never leave it.</summary>
/// <param name="Training">Examples to fit.</param>
/// <param name="Validation">Later examples of the same customers, never seen by the gradient.</param>
public sealed record LocalExamples(ExampleSet Training, ExampleSet Validation);
