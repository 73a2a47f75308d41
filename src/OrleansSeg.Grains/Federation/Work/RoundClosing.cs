using System.Collections.Immutable;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Federation.Rounds;
using OrleansSeg.Model.Federation.Training;

namespace OrleansSeg.Federation.Work;

/// <summary>Closes a round of training: updates in, the next global weights out.</summary>
internal sealed class RoundClosing(RunBundles bundles)
{
    private const double NormOverMedianMax = 10;

    /// <summary>Aggregates the sound updates. The weights that the round began with are measured by what trainers found before they trained.</summary>
    /// <remarks>Where noise hides sites none is left out: they are clipped, and whether one were would hang on the others.</remarks>
    public async Task<StepClosing> CloseAsync(RunState run, RunInput input, CancellationToken cancellationToken)
    {
        var all = new List<ReportedUpdate>();
        foreach (var (trainer, hash) in run.OutputsInOrder())
        {
            all.Add(await bundles.ReadUpdateAsync(trainer, hash, input.Weights!.Length, cancellationToken));
        }

        var strategy = Strategies.Of(run.Plan);
        var refusals = run.Plan.Privacy.Unit == ProtectedUnit.Trainer
            ? ImmutableSortedDictionary<string, string>.Empty
            : Refuse(all, input.Weights!.Length, strategy.UsesControlVariates, input.Sites.Values.FirstOrDefault()?.Length ?? 0);
        var sound = all.FindAll(update => !refusals.ContainsKey(update.Update.Trainer));
        if (sound.Count == 0)
        {
            return new StepClosing(run.Input, ImmutableSortedDictionary<string, double>.Empty) { Refused = refusals };
        }

        var next = strategy.Aggregate(input.Weights, input.Server, RoundNoise.OfSum(run, sound.ConvertAll(update => update.Update)), run.Plan.Trainers.Length);
        var before = ScoreSums.Merge(sound.Select(update => update.Facts.Validation));
        var facts = input.Facts with
        {
            Reporters = [.. sound.Select(update => update.Update.Trainer)],
            Best = input.Facts.Best is { } best && best.Loss <= before.LogLoss ? best : new BestWeights(before.LogLoss, run.Input, run.Round - 1),
        };
        var output = await bundles.WriteAsync(
            input with { Facts = facts, Weights = next.Weights, Server = next.State, Sites = OwnWeights(input, sound) }, cancellationToken);
        return new StepClosing(output, Measure(sound, before)) { Refused = refusals };
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

    private static ImmutableSortedDictionary<string, double> Measure(List<ReportedUpdate> sound, ScoreSums before)
    {
        var examples = sound.Sum(update => update.Facts.Examples);
        return ImmutableSortedDictionary<string, double>.Empty
            .Add("examples", examples)
            .Add("trainingLoss", sound.Sum(update => update.Facts.TrainingLoss * update.Facts.Examples) / examples)
            .Add("validationLogLossBefore", before.LogLoss)
            .Add("validationChurnAurocBefore", before.ChurnAuroc);
    }
}
