using System.Collections.Immutable;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Federation.Work.Masking;
using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Federation.Rounds;
using OrleansSeg.Model.Federation.SecureAggregation;
using OrleansSeg.Model.Federation.Training;

namespace OrleansSeg.Federation.Work;

/// <summary>Closes a round of training: updates in, or their masked sum, the next global weights out.</summary>
internal sealed class RoundClosing(RunBundles bundles, ExchangeClosing exchange)
{
    private const double NormOverMedianMax = 10;

    /// <summary>Closes the round, or a stage of it. The weights that the round began with are measured by what trainers found before they trained.</summary>
    public async Task<StepClosing> CloseAsync(RunState run, RunInput input, CancellationToken cancellationToken)
    {
        if (run.Stage == RoundStage.Training)
        {
            return await CloseVisibleAsync(run, input, cancellationToken);
        }

        var encoding = MaskedRounds.EncodingOf(input.Facts, input.Weights!.Length);
        return run.Stage == RoundStage.Unmasking
            ? await CloseMaskedAsync(run, input, encoding, cancellationToken)
            : await exchange.CloseAsync(run, MaskedRounds.Of(run.Plan, input.Facts.Roster, run.Step, MaskedRounds.LengthOf(encoding)), cancellationToken);
    }

    /// <summary>Aggregates the sound updates.</summary>
    /// <remarks>
    /// Where noise hides sites none is left out: they are clipped, and whether one were would hang on the others. Late updates join the mean, but say
    /// nothing of the weights that the round began with: they have seen others.
    /// </remarks>
    private async Task<StepClosing> CloseVisibleAsync(RunState run, RunInput input, CancellationToken cancellationToken)
    {
        var (fresh, late) = (new List<ReportedUpdate>(), new List<ReportedUpdate>());
        foreach (var (trainer, hash) in run.OutputsInOrder())
        {
            fresh.Add(await bundles.ReadUpdateAsync(trainer, hash, input.Weights!.Length, cancellationToken));
        }

        foreach (var (trainer, _, result) in LateTrainers.ArrivedIn(run))
        {
            late.Add(await bundles.ReadUpdateAsync(trainer, result.Output, input.Weights!.Length, cancellationToken));
        }

        var refusals = run.Plan.Privacy.Unit == ProtectedUnit.Trainer
            ? ImmutableSortedDictionary<string, string>.Empty
            : Refuse([.. fresh, .. late], input.Weights!.Length, Strategies.Of(run.Plan).UsesControlVariates, input.Sites.Values.FirstOrDefault()?.Length ?? 0);
        var sound = fresh.FindAll(update => !refusals.ContainsKey(update.Update.Trainer));
        if (sound.Count == 0)
        {
            return new StepClosing(run.Input, ImmutableSortedDictionary<string, double>.Empty) { Refused = refusals };
        }

        var examples = sound.Sum(update => update.Facts.Examples);
        var before = ScoreSums.Merge(sound.Select(update => update.Facts.Validation));
        var figures = new Figures(
            examples, sound.Sum(update => update.Facts.TrainingLoss * update.Facts.Examples) / examples, before.LogLoss, before.ChurnAuroc);
        var (rounds, soundLate) = (run.Late, late.FindAll(update => !refusals.ContainsKey(update.Update.Trainer)));
        var admitted = LateTrainers.PolicyOf(run.Plan).Admit(
            run.Round, sound.ConvertAll(update => update.Update), soundLate.ConvertAll(update => new LateUpdate(update.Update, rounds[update.Update.Trainer].Round)));
        return await NextAsync(
            run,
            input with { Sites = OwnWeights(input, sound) },
            RoundNoise.OfSum(run, admitted.Updates),
            admitted.Updates.ToImmutableSortedDictionary(update => update.Trainer, update => rounds.GetValueOrDefault(update.Trainer)?.Round ?? run.Round, StringComparer.Ordinal),
            figures,
            refusals.SetItems(admitted.Refused.Select(refusal => KeyValuePair.Create(refusal.Trainer, refusal.Reason))),
            cancellationToken);
    }

    /// <summary>Unmasks the sum of the survivors' updates, and takes their mean for the one update of the round.</summary>
    private async Task<StepClosing> CloseMaskedAsync(RunState run, RunInput input, UpdateEncoding encoding, CancellationToken cancellationToken)
    {
        var (sum, refused) = await exchange.SumAsync(run, cancellationToken);
        var mean = encoding.Decode(sum.AsSpan(0, encoding.Length), run.Participants.Length);
        var sums = RoundSums.FromRing(sum.AsSpan(encoding.Length));
        var figures = new Figures(mean.Examples, sums.TrainingLoss(mean.Examples), sums.ValidationLogLoss, sums.Churn.Auroc());
        return await NextAsync(
            run, input, [mean], run.Participants.ToImmutableSortedDictionary(trainer => trainer, _ => run.Round, StringComparer.Ordinal), figures, refused, cancellationToken);
    }

    private async Task<StepClosing> NextAsync(
        RunState run, RunInput input, IReadOnlyList<TrainerUpdate> updates, ImmutableSortedDictionary<string, int> counted, Figures figures,
        ImmutableSortedDictionary<string, string> refused, CancellationToken cancellationToken)
    {
        var next = Strategies.Of(run.Plan).Aggregate(input.Weights, input.Server, updates, run.Plan.Trainers.Length);
        var facts = input.Facts with
        {
            Counted = input.Facts.Counted.SetItems(counted),
            Best = BestWeights.Of(input.Facts.Best, new BestWeights(figures.ValidationLogLoss, run.Input, run.Round - 1)),
        };
        var output = await bundles.WriteAsync(input with { Facts = facts, Weights = next.Weights, Server = next.State }, cancellationToken);
        return new StepClosing(output, figures.ToMetrics()) { Refused = refused };
    }

    /// <summary>(Q) each site's own weights: the mean of its trainers', by examples; as they were where none of them reported.</summary>
    private static ImmutableSortedDictionary<string, float[]> OwnWeights(RunInput input, List<ReportedUpdate> sound)
    {
        var bySite = sound.ToLookup(update => TrainerKey.SiteOf(update.Update.Trainer));
        return input.Sites.ToImmutableSortedDictionary(site => site.Key, site => Mean([.. bySite[site.Key]]) ?? site.Value, StringComparer.Ordinal);
    }

    private static float[]? Mean(List<ReportedUpdate> updates)
    {
        if (updates.Count == 0)
        {
            return null;
        }

        var (sums, examples) = (new double[updates[0].Site.Length], updates.Sum(update => update.Update.Examples));
        foreach (var update in updates)
        {
            for (var at = 0; at < sums.Length; at++)
            {
                sums[at] += (double)update.Site[at] * update.Update.Examples;
            }
        }

        return Array.ConvertAll(sums, sum => (float)(sum / examples));
    }

    /// <summary>Why updates are left out, by trainer: broken ones, and ones far larger than the others'.</summary>
    private static ImmutableSortedDictionary<string, string> Refuse(List<ReportedUpdate> updates, int length, bool controlled, int ownLength)
    {
        var check = new UpdateCheck(length, double.PositiveInfinity) { Controlled = controlled };
        var own = new UpdateCheck(ownLength, double.PositiveInfinity);
        var norms = updates.Where(update => check.Refuse(update.Update) is null).Select(update => UpdateClipping.Norm(update.Update.Delta)).Order().ToList();
        var usual = norms.Count == 0 ? check : check with { NormMax = Math.Max(NormOverMedianMax * norms[norms.Count / 2], double.Epsilon) };
        return updates.Select(update => (update.Update.Trainer, Refusal: usual.Refuse(update.Update) ?? own.Refuse(update.Update with { Delta = update.Site })))
            .Where(update => update.Refusal is not null)
            .ToImmutableSortedDictionary(update => update.Trainer, update => update.Refusal!.ToString(), StringComparer.Ordinal);
    }

    /// <summary>What a round's trainers found together.</summary>
    private readonly record struct Figures(long Examples, double TrainingLoss, double ValidationLogLoss, double ValidationChurnAuroc)
    {
        public ImmutableSortedDictionary<string, double> ToMetrics() => ImmutableSortedDictionary<string, double>.Empty
            .Add("examples", Examples)
            .Add("trainingLoss", TrainingLoss)
            .Add("validationLogLossBefore", ValidationLogLoss)
            .Add("validationChurnAurocBefore", ValidationChurnAuroc);
    }
}
