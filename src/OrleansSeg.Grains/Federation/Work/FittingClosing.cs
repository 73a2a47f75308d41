using System.Collections.Immutable;
using OrleansSeg.Federation.Privacy;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Federation.Drift;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Training;
using SigningKey = OrleansSeg.Model.Federation.SecureAggregation.Keys.TrainerKey;

namespace OrleansSeg.Federation.Work;

/// <summary>Closes the passes of fitting: cutoffs, whether the run is worth it, schemes and a base.</summary>
internal sealed class FittingClosing(RunBundles bundles, DriftQuestions questions)
{
    /// <summary>Closes a pass.</summary>
    public Task<StepClosing> CloseAsync(RunState run, RunInput input, CancellationToken cancellationToken) => input.Facts.Fitting switch
    {
        FittingStage.Span => PlaceCutoffsAsync(run, input, cancellationToken),
        FittingStage.Drift => WeighAsync(run, input, cancellationToken),
        _ => FitAsync(run, input, cancellationToken),
    };

    private async Task<StepClosing> PlaceCutoffsAsync(RunState run, RunInput input, CancellationToken cancellationToken)
    {
        var (answers, roster) = (new List<SpanAnswer>(), ImmutableArray.CreateBuilder<SigningKey>());
        foreach (var (trainer, hash) in run.OutputsInOrder())
        {
            answers.Add(await bundles.ReadAnswerAsync<SpanAnswer>(hash, cancellationToken));
            if (answers[^1].PublicKey is { } key)
            {
                roster.Add(new SigningKey(trainer, key));
            }
        }

        var span = DataSpan.Merge(answers.Select(answer => answer.Span));
        var plan = new TrainingPlan { Horizon = run.Plan.Horizon, Seed = run.Plan.Seed, WholeFrom = answers.Max(answer => answer.RetainedFrom) };
        var next = input.Facts with { Span = span, Data = DataPlan.Of(span, plan), Fitting = FittingStage.Count, Roster = roster.ToImmutable() };
        var question = run.Plan.Condition is null ? null : await questions.OfAsync(next, plan.CutoffStep, cancellationToken);
        next = question is null ? next : next with { Fitting = FittingStage.Drift, Drift = question };
        return new StepClosing(await bundles.WriteAsync(new RunInput(next), cancellationToken), span.ToMetrics(), GoesOn: true)
        {
            Need = run.Plan.Condition is not null && question is null ? new RunNeed(true, "A site has no model in service that this version can load.") : null,
        };
    }

    private async Task<StepClosing> FitAsync(RunState run, RunInput input, CancellationToken cancellationToken)
    {
        var parts = new List<(string Trainer, FitStatistics Statistics)>();
        foreach (var (trainer, hash) in run.OutputsInOrder())
        {
            parts.Add((trainer, await bundles.ReadStatisticsAsync(hash, cancellationToken)));
        }

        var facts = input.Facts;
        var noise = NoisePlan.Of(run, facts.Data!, parts);
        var bySite = parts.GroupBy(part => TrainerKey.SiteOf(part.Trainer)).ToDictionary(site => site.Key, site => FitStatistics.Merge(site.Select(part => part.Statistics)));
        var whole = FitStatistics.Merge(bySite.Values);
        var schemes = FittedSchemes.Fit(bySite, facts.Data!.Horizon, ThresholdScope.Site, SufficientData.ExamplesPerLabelMin);
        using var before = await RunStart.ReadAsync(bundles, facts, cancellationToken);
        using var start = GlobalModel.Start(schemes.Model, NormalizerFit.Fit(whole), run.Plan.Seed, before.Models.Before);
        var card = GlobalModel.Describe(
            start, whole, facts.Span!, facts.Data, schemes, ScoreSums.Of(new ExampleSet(schemes.Model, []), [], [.. start.DecisionWeights]), RunOutputs.LineageOf(run, facts, schemes, "", 0));
        var next = facts with
        {
            Schemes = schemes, Customers = noise.Customers, Base = await bundles.WriteAsync(start, card, cancellationToken), ExamplesMax = Math.Max(1, whole.Examples),
        };
        var scope = Strategies.ScopeOf(run.Plan);
        var weights = GlobalModel.SharedWeightsOf(start, scope);
        var output = await bundles.WriteAsync(
            new RunInput(next)
            {
                Statistics = whole,
                Weights = weights,
                Server = Strategies.Of(run.Plan).Start(weights.Length),
                Sites = before.Models.SiteWeights(start, run.Plan.Sites, scope),
            },
            cancellationToken);
        return new StepClosing(output, ImmutableSortedDictionary<string, double>.Empty.Add("examples", whole.Examples).Add("weights", weights.Length))
        {
            Base = next.Base,
            BegunAnew = before.Models.Before is null,
            Privacy = noise.Privacy,
            Releases = RunReleases.Starting(before.Models.Before is null ? [] : (facts.Starts ?? facts.Champions).Values),
        };
    }

    private async Task<StepClosing> WeighAsync(RunState run, RunInput input, CancellationToken cancellationToken)
    {
        var counts = new List<(string Site, DriftCounts Counts)>();
        foreach (var (trainer, hash) in run.OutputsInOrder())
        {
            counts.Add((TrainerKey.SiteOf(trainer), await bundles.ReadAnswerAsync<DriftCounts>(hash, cancellationToken)));
        }

        var findings = DriftFindings.Of(counts.GroupBy(part => part.Site).ToDictionary(site => site.Key, site => DriftCounts.Merge(site.Select(part => part.Counts))));
        var age = input.Facts.Drift.Values.Max(question => question.Matured - question.Known);
        return new StepClosing(
            await bundles.WriteAsync(input with { Facts = input.Facts with { Fitting = FittingStage.Count } }, cancellationToken),
            findings.ToMetrics().Add("modelAgeDays", age.TotalDays))
        {
            Need = RunConditions.Weigh(run.Plan.Condition!, findings, age),
        };
    }
}
