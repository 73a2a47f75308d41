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
    public async Task<StepClosing> CloseAsync(RunState run, RunInput input, CancellationToken cancellationToken)
    {
        var all = new List<(TrainerUpdate Update, UpdateFacts Facts)>();
        foreach (var (trainer, hash) in run.OutputsInOrder())
        {
            all.Add(await bundles.ReadUpdateAsync(trainer, hash, input.Weights!.Length, cancellationToken));
        }

        var strategy = Strategies.Of(run.Plan);
        var refusals = Refuse(all.ConvertAll(update => update.Update), input.Weights!.Length, strategy.UsesControlVariates);
        var sound = all.FindAll(update => !refusals.ContainsKey(update.Update.Trainer));
        if (sound.Count == 0)
        {
            return new StepClosing(run.Input, ImmutableSortedDictionary<string, double>.Empty) { Refused = refusals };
        }

        var next = strategy.Aggregate(input.Weights, input.Server, sound.ConvertAll(update => update.Update), run.Plan.Trainers.Length);
        var before = ScoreSums.Merge(sound.Select(update => update.Facts.Validation));
        var facts = input.Facts with
        {
            Reporters = [.. sound.Select(update => update.Update.Trainer)],
            Best = input.Facts.Best is { } best && best.Loss <= before.LogLoss ? best : new BestWeights(before.LogLoss, run.Input, run.Round - 1),
        };
        var output = await bundles.WriteAsync(input with { Facts = facts, Weights = next.Weights, Server = next.State }, cancellationToken);
        return new StepClosing(output, Measure(sound, before)) { Refused = refusals };
    }

    /// <summary>Why updates are left out, by trainer: broken ones, and ones far larger than the others'.</summary>
    private static ImmutableSortedDictionary<string, string> Refuse(List<TrainerUpdate> updates, int length, bool controlled)
    {
        var check = new UpdateCheck(length, double.PositiveInfinity) { Controlled = controlled };
        var norms = updates.Where(update => check.Refuse(update) is null).Select(update => UpdateClipping.Norm(update.Delta)).Order().ToList();
        var usual = norms.Count == 0 ? check : check with { NormMax = Math.Max(NormOverMedianMax * norms[norms.Count / 2], double.Epsilon) };
        return updates.Select(update => (update.Trainer, Refusal: usual.Refuse(update)))
            .Where(update => update.Refusal is not null)
            .ToImmutableSortedDictionary(update => update.Trainer, update => update.Refusal!.ToString(), StringComparer.Ordinal);
    }

    private static ImmutableSortedDictionary<string, double> Measure(List<(TrainerUpdate Update, UpdateFacts Facts)> sound, ScoreSums before)
    {
        var examples = sound.Sum(update => update.Facts.Examples);
        return ImmutableSortedDictionary<string, double>.Empty
            .Add("examples", examples)
            .Add("trainingLoss", sound.Sum(update => update.Facts.TrainingLoss * update.Facts.Examples) / examples)
            .Add("validationLogLossBefore", before.LogLoss)
            .Add("validationChurnAurocBefore", before.ChurnAuroc);
    }
}
