using System.Collections.Immutable;
using System.Diagnostics;
using OrleansSeg.Model.Tuning.Pruning;
using OrleansSeg.Model.Tuning.Samplers;

namespace OrleansSeg.Model.Tuning.Studies;

/// <summary>A search: proposes trials, runs them, gives hopeless ones up, and keeps each as it ends.</summary>
/// <remarks>
/// A trial's point is kept before it is run. A study that is begun again over the same journal skips what has ended, runs anew what was
/// under way, and then proposes what it would have proposed: with one trial at a time exactly that, with several whatever had ended by then counts.
/// </remarks>
/// <param name="space">What is searched.</param>
/// <param name="sampler">What proposes.</param>
/// <param name="pruner">What gives up.</param>
/// <param name="journal">What keeps.</param>
public sealed class Study(SearchSpace space, ISampler sampler, IPruner pruner, ITrialJournal journal)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, TrialRecord> _trials = [];
    private readonly HashSet<int> _underWay = [];

    /// <summary>Runs until there are so many trials.</summary>
    /// <param name="count">Trials in all, those of earlier runs included.</param>
    /// <param name="parallel">Trials at one time, at least 1.</param>
    /// <param name="objective">Runs one trial and returns its loss; it reports losses on the way, and stops by the trial's token.</param>
    /// <param name="ended">Told of each trial that ends; may be null.</param>
    /// <param name="cancellationToken">Stops the study; trials under way are run anew by the next one.</param>
    /// <returns>The trials, by number.</returns>
    /// <remarks>A <see cref="TrialFailedException"/> ends the trial, anything else the study.</remarks>
    public async Task<IReadOnlyList<TrialRecord>> RunAsync(
        int count, int parallel, Func<Trial, Task<double>> objective, Action<TrialRecord>? ended, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(parallel, 1);
        ArgumentNullException.ThrowIfNull(objective);
        lock (_gate)
        {
            _trials.Clear();
            foreach (var trial in journal.Read().Where(trial => trial.Number < count))
            {
                _trials[trial.Number] = trial;
            }
        }

        // The first that fails stops the others.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAll(Enumerable.Range(0, parallel).Select(slot => WorkAsync(slot, count, objective, ended, stop)));
        lock (_gate)
        {
            return [.. _trials.Values];
        }
    }

    /// <summary>The trial that ended with the least loss; null where none has ended.</summary>
    public static TrialRecord? Best(IEnumerable<TrialRecord> trials) => trials.Where(trial => trial.State == TrialState.Done).MinBy(trial => trial.Loss);

    private async Task WorkAsync(int slot, int count, Func<Trial, Task<double>> objective, Action<TrialRecord>? ended, CancellationTokenSource stop)
    {
        try
        {
            while (Next(count) is { } record)
            {
                var end = await RunAsync(slot, record, objective, stop.Token);
                lock (_gate)
                {
                    _trials[end.Number] = end;
                    _underWay.Remove(end.Number);
                    journal.Write(end);
                    ended?.Invoke(end);
                }
            }
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private async Task<TrialRecord> RunAsync(int slot, TrialRecord record, Func<Trial, Task<double>> objective, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var clock = Stopwatch.StartNew();
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var trial = new Trial(record, slot, IsHopeless, giveUp);
        TrialRecord End(TrialState state, double? loss, string? failure = null) => record with
        {
            State = state, Loss = loss, Losses = trial.Losses, Failure = failure, Seconds = Math.Round(clock.Elapsed.TotalSeconds, 1),
        };
        try
        {
            var loss = await objective(trial);
            return trial.IsPruned ? Pruned() : double.IsFinite(loss) ? End(TrialState.Done, loss) : End(TrialState.Failed, null, $"Its loss is {loss}.");
        }
        catch (OperationCanceledException) when (trial.IsPruned && !cancellationToken.IsCancellationRequested)
        {
            return Pruned();
        }
        catch (TrialFailedException exception)
        {
            return End(TrialState.Failed, null, exception.Message);
        }

        TrialRecord Pruned() => End(TrialState.Pruned, trial.Losses.Min(loss => loss.Loss));
    }

    private TrialRecord? Next(int count)
    {
        lock (_gate)
        {
            var number = Enumerable.Range(0, count).FirstOrDefault(
                number => !_underWay.Contains(number) && (!_trials.TryGetValue(number, out var trial) || trial.State == TrialState.Running), -1);
            if (number < 0)
            {
                return null;
            }

            if (!_trials.TryGetValue(number, out var record))
            {
                var earlier = _trials.Values.Where(trial => trial.Number < number)
                    .Select(trial => new SampledTrial(trial.Point, trial.State == TrialState.Failed ? double.PositiveInfinity : trial.Loss)).ToList();
                var point = sampler.Propose(number, earlier);
                record = new TrialRecord(number, TrialState.Running, point, NetworkSettings.Describe(space, point), [], null, 0, null);
                _trials[number] = record;
                journal.Write(record);
            }

            _underWay.Add(number);
            return record;
        }
    }

    private bool IsHopeless(TrialRecord trial, ImmutableArray<TrialLoss> losses)
    {
        lock (_gate)
        {
            // What is under way is known from its reports, so that trials side by side are held against each other.
            _trials[trial.Number] = trial with { Losses = losses };
            return pruner.IsHopeless(losses, [.. _trials.Values.Where(other => other.Number != trial.Number && other.State != TrialState.Failed).Select(other => (IReadOnlyList<TrialLoss>)other.Losses)]);
        }
    }
}
