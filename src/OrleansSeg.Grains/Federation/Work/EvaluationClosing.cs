using System.Collections.Immutable;
using System.Globalization;
using OrleansSeg.Federation.Privacy;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Training;
using OrleansSeg.Models;

namespace OrleansSeg.Federation.Work;

/// <summary>Closes the passes of evaluation: the best round, its calibration, the verdict on the holdout.</summary>
internal sealed class EvaluationClosing(RunBundles bundles)
{
    /// <summary>Closes a pass.</summary>
    public async Task<StepClosing> CloseAsync(RunState run, RunInput input, CancellationToken cancellationToken)
    {
        var answers = new SortedDictionary<string, EvaluationAnswer>(StringComparer.Ordinal);
        foreach (var (trainer, hash) in run.OutputsInOrder())
        {
            answers.Add(trainer, await bundles.ReadAnswerAsync<EvaluationAnswer>(hash, cancellationToken));
        }

        return input.Facts.Stage switch
        {
            EvaluationStage.Validate => await ChooseAsync(run, input, answers, cancellationToken),
            EvaluationStage.Calibrate => await CalibrateAsync(input, answers, cancellationToken),
            _ => await JudgeAsync(run, input, answers, cancellationToken),
        };
    }

    private async Task<StepClosing> ChooseAsync(
        RunState run, RunInput input, SortedDictionary<string, EvaluationAnswer> answers, CancellationToken cancellationToken)
    {
        var last = ScoreSums.Merge(answers.Values.Select(answer => answer.Validation!)).LogLoss;
        var best = BestWeights.Of(input.Facts.Best, new BestWeights(last, run.Input, run.Rounds[^1].Round));
        if (best.Round == 0)
        {
            return NothingLearned(run, best.Loss, last);
        }

        var chosen = best.Bundle == run.Input ? input : await bundles.ReadAsync(best.Bundle, cancellationToken);
        string[] finishedApart = input.Sites.IsEmpty ? [RunFacts.AllSites] : [.. run.Plan.Sites];
        var facts = input.Facts with
        {
            Best = best,
            Stage = EvaluationStage.Calibrate,
            Baselines = BaselineCounts.Merge(answers.Values.Select(answer => answer.Baselines!)),
            Finishes = finishedApart.ToImmutableSortedDictionary(key => key, _ => FinishState.Start(input.Facts.Schemes!.Model.Count), StringComparer.Ordinal),
        };
        var output = await bundles.WriteAsync(input with { Facts = facts, Weights = chosen.Weights, Sites = chosen.Sites }, cancellationToken);
        return new StepClosing(output, ImmutableSortedDictionary<string, double>.Empty, GoesOn: true);
    }

    /// <summary>What the run began with would be registered again under a new number, as if it had learned something.</summary>
    private static StepClosing NothingLearned(RunState run, double before, double last) => new(
        run.Input,
        ImmutableSortedDictionary<string, double>.Empty,
        new RunVerdict(
            false,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Nothing is registered: no round did better on validation than the weights that the run began with (log loss {before:F4} before the first round, {last:F4} after the last)."),
            ImmutableSortedDictionary<string, ModelReference>.Empty));

    private async Task<StepClosing> CalibrateAsync(RunInput input, SortedDictionary<string, EvaluationAnswer> answers, CancellationToken cancellationToken)
    {
        var byFinish = answers.Where(answer => answer.Value.Sums is not null).ToLookup(answer => input.Facts.FinishKeyOf(TrainerKey.SiteOf(answer.Key)));
        var finishes = input.Facts.Finishes.ToImmutableSortedDictionary(
            finish => finish.Key,
            finish => finish.Value.Done || !byFinish.Contains(finish.Key)
                ? finish.Value with { Done = true }
                : finish.Value.Next(FinishSums.Merge(byFinish[finish.Key].ToDictionary(answer => answer.Key, answer => answer.Value.Sums!))),
            StringComparer.Ordinal);
        var done = finishes.Values.All(finish => finish.Done);
        var facts = input.Facts with { Finishes = finishes, Stage = done ? EvaluationStage.Holdout : EvaluationStage.Calibrate };
        return new StepClosing(await bundles.WriteAsync(input with { Facts = facts }, cancellationToken), ImmutableSortedDictionary<string, double>.Empty, GoesOn: true);
    }

    private async Task<StepClosing> JudgeAsync(
        RunState run, RunInput input, SortedDictionary<string, EvaluationAnswer> answers, CancellationToken cancellationToken)
    {
        var (gate, ours) = Decide(run, answers);
        var decision = run.Plan.Promote ? gate : gate.AsCandidate();
        var models = await WriteModelsAsync(run, input, answers, Summarize(run, input.Facts, ours), cancellationToken);
        return new StepClosing(
            models.Values.First().Sha256,
            ImmutableSortedDictionary<string, double>.Empty.Add("holdoutLogLoss", ours.LogLoss).Add("holdoutChurnAuroc", ours.ChurnAuroc),
            new RunVerdict(decision.Promote, decision.Reason, models) { Gate = FiguresOf(gate, ours) });
    }

    /// <summary>Writes the model of each site: one for all where all weights are shared.</summary>
    private async Task<ImmutableSortedDictionary<string, ModelReference>> WriteModelsAsync(
        RunState run, RunInput input, SortedDictionary<string, EvaluationAnswer> answers, string summary, CancellationToken cancellationToken)
    {
        var facts = input.Facts;
        using var start = await bundles.ReadModelAsync(facts.Base!, cancellationToken);
        var written = new Dictionary<string, ModelReference>(StringComparer.Ordinal);
        foreach (var key in facts.Finishes.Keys)
        {
            using var model = GlobalModel.Finish(start, Strategies.ScopeOf(run.Plan), input.Weights, input.Sites.GetValueOrDefault(key), facts.Finishes[key]);
            var validation = ScoreSums.Merge(answers
                .Where(answer => facts.FinishKeyOf(TrainerKey.SiteOf(answer.Key)) == key)
                .Select(answer => answer.Value.Validation!)
                .DefaultIfEmpty(ScoreSums.Of(new ExampleSet(start.Scheme, []), [], [.. start.DecisionWeights])));
            var card = GlobalModel.Describe(
                model, input.Statistics!, facts.Span!, facts.Data!, facts.Schemes!, validation, RunOutputs.LineageOf(run, facts, facts.Schemes!, facts.Base!, facts.Best!.Round)) with { Privacy = RunPrivacy.CardOf(run) };
            written[key] = new ModelReference(
                0, await bundles.WriteAsync(model, card, cancellationToken), run.StartedAt, [.. model.Scheme.Labels], summary, InService: false)
            {
                TextEncoder = model.TextEncoder,
            };
        }

        return run.Plan.Sites.ToImmutableSortedDictionary(site => site, site => written[facts.FinishKeyOf(site)], StringComparer.Ordinal);
    }

    private static (GateDecision Decision, ScoreSums Ours) Decide(RunState run, SortedDictionary<string, EvaluationAnswer> answers)
    {
        var sites = answers.GroupBy(answer => TrainerKey.SiteOf(answer.Key)).ToDictionary(site => site.Key, site => site.Select(answer => answer.Value).ToList());
        var challenger = Sum(answer => answer.Challenger);
        var ours = ScoreSums.Merge(challenger.Values);
        if (run.Plan.Trainers.Where(trainer => !answers.ContainsKey(trainer)).ToList() is [_, ..] missing)
        {
            return (new GateDecision(false, $"Kept as a candidate: {string.Join(", ", missing)} did not measure it.", []), ours);
        }

        var rule = new GateRule(NeedsInterval: run.Plan.GateInterval);
        var champion = Sum(answer => answer.Champion);
        var baselines = answers.Values.First().BaselineScores!.Keys.ToDictionary(
            name => name, name => (IReadOnlyDictionary<string, ScoreSums>)Sum(answer => answer.BaselineScores![name]));
        if (champion.Count == 0)
        {
            var paired = baselines.Keys.ToDictionary(name => name, name => PairedLosses.Merge(answers.Values.Select(answer => answer.AgainstBaselines![name])));
            return (GateDecision.DecideFirst(challenger, baselines, paired, rule), ours);
        }

        // A site that has no model yet asks no less of its first one than of a rule.
        var (bestName, best) = baselines.OrderBy(baseline => baseline.Key, StringComparer.Ordinal).MinBy(baseline => ScoreSums.Merge(baseline.Value.Values).LogLoss);
        var opponents = challenger.Keys.ToDictionary(site => site, site => champion.GetValueOrDefault(site) ?? best[site]);
        var against = PairedLosses.Merge(answers.Select(answer => champion.ContainsKey(TrainerKey.SiteOf(answer.Key)) ? answer.Value.AgainstChampion! : answer.Value.AgainstBaselines![bestName]));
        return (GateDecision.Decide(challenger, opponents, against, rule), ours);

        Dictionary<string, ScoreSums> Sum(Func<EvaluationAnswer, ScoreSums?> part) => sites
            .Where(site => site.Value.TrueForAll(answer => part(answer) is not null))
            .ToDictionary(site => site.Key, site => ScoreSums.Merge(site.Value.Select(answer => part(answer)!)));
    }

    /// <summary>What was compared, for people; null where it was not.</summary>
    private static GateFigures? FiguresOf(GateDecision gate, ScoreSums ours) => gate.Sites.IsEmpty
        ? null
        : new GateFigures(
            gate.Opponent,
            ours.Examples,
            ours.LogLoss,
            ours.LogLoss - gate.Paired.Difference,
            gate.Paired.Difference - gate.Paired.Margin,
            gate.Paired.Difference + gate.Paired.Margin,
            [.. gate.Sites.Select(site => new SiteGateFigures(site.Site, site.Examples, site.Challenger, site.Champion))]);

    private static string Summarize(RunState run, RunFacts facts, ScoreSums ours) => string.Create(
        CultureInfo.InvariantCulture,
        $"run {run.Number}, {facts.Plan.Sites.Length} sites, {facts.Span!.Customers:N0} customers, round {facts.Best!.Round} of {facts.Plan.Rounds}; on the holdout log loss {ours.LogLoss:F3}, churn AUROC {ours.ChurnAuroc:F3}");
}
