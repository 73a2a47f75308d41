using System.Collections.Immutable;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Training;
using OrleansSeg.Models;

namespace OrleansSeg.Federation.Work;

/// <summary>What a coordinator makes of trainers' results: cutoffs, schemes and a base; rounds; a calibrated model and the verdict on it.</summary>
internal sealed class CoordinatorWork(RunBundles bundles, IGrainFactory grains, EvaluationClosing evaluation, RoundClosing rounds) : ICoordinatorWork
{
    /// <inheritdoc />
    public async Task<string> OpenAsync(RunState run, CancellationToken cancellationToken)
    {
        var champions = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var site in run.Plan.Sites)
        {
            if (await grains.GetGrain<IModelRegistryGrain>(site).GetCurrentAsync(cancellationToken) is { } current)
            {
                champions.Add(site, current.Sha256);
            }
        }

        return await bundles.WriteAsync(new RunInput(new RunFacts { Plan = run.Plan, Champions = champions.ToImmutable() }), cancellationToken);
    }

    /// <inheritdoc />
    public async Task<StepClosing> CloseAsync(RunState run, CancellationToken cancellationToken)
    {
        LibTorch.EnsureLoadable();
        var input = await bundles.ReadAsync(run.Input, cancellationToken);
        return run switch
        {
            { Phase: RunPhase.Fitting, Round: 1 } => await PlaceCutoffsAsync(run, input, cancellationToken),
            { Phase: RunPhase.Fitting } => await FitAsync(run, input, cancellationToken),
            { Phase: RunPhase.Training } => await rounds.CloseAsync(run, input, cancellationToken),
            _ => await evaluation.CloseAsync(run, input, cancellationToken),
        };
    }

    private async Task<StepClosing> PlaceCutoffsAsync(RunState run, RunInput input, CancellationToken cancellationToken)
    {
        var answers = new List<SpanAnswer>();
        foreach (var (_, hash) in run.OutputsInOrder())
        {
            answers.Add(await bundles.ReadAnswerAsync<SpanAnswer>(hash, cancellationToken));
        }

        var span = DataSpan.Merge(answers.Select(answer => answer.Span));
        var plan = new TrainingPlan { Horizon = run.Plan.Horizon, Seed = run.Plan.Seed, WholeFrom = answers.Max(answer => answer.RetainedFrom) };
        var next = input.Facts with { Span = span, Data = DataPlan.Of(span, plan) };
        return new StepClosing(
            await bundles.WriteAsync(new RunInput(next), cancellationToken),
            ImmutableSortedDictionary<string, double>.Empty.Add("customers", span.Customers).Add("events", span.Events),
            GoesOn: true);
    }

    private async Task<StepClosing> FitAsync(RunState run, RunInput input, CancellationToken cancellationToken)
    {
        var parts = new List<(string Site, FitStatistics Statistics)>();
        foreach (var (trainer, hash) in run.OutputsInOrder())
        {
            parts.Add((TrainerKey.SiteOf(trainer), await bundles.ReadStatisticsAsync(hash, cancellationToken)));
        }

        var facts = input.Facts;
        var bySite = parts.GroupBy(part => part.Site).ToDictionary(site => site.Key, site => FitStatistics.Merge(site.Select(part => part.Statistics)));
        var whole = FitStatistics.Merge(bySite.Values);
        var schemes = FittedSchemes.Fit(bySite, facts.Data!.Horizon, ThresholdScope.Site, SufficientData.ExamplesPerLabelMin);
        using var before = await RunStart.ReadAsync(bundles, facts, cancellationToken);
        using var start = GlobalModel.Start(schemes.Model, NormalizerFit.Fit(whole), run.Plan.Seed, before.Models.Before);
        var card = GlobalModel.Describe(
            start, whole, facts.Span!, facts.Data, schemes, ScoreSums.Of(new ExampleSet(schemes.Model, []), [], [.. start.DecisionWeights]), RunOutputs.LineageOf(run, facts, schemes, "", 0));
        var next = facts with { Schemes = schemes, Base = await bundles.WriteAsync(start, card, cancellationToken) };
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
        return new StepClosing(output, ImmutableSortedDictionary<string, double>.Empty.Add("examples", whole.Examples).Add("weights", weights.Length));
    }
}
