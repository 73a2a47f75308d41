using System.Collections.Immutable;

namespace OrleansSeg.Federation.Runs;

/// <summary>Which bundles of the model store a run has made, and which of them nobody needs any more; stored with every step of the run.</summary>
/// <remarks>
/// Every bundle is of one run, because each names the run or the step that it is made from. Results of trainers go with their round, what
/// steps work from with the run, checkpoints and the base some runs later. A registered model is held by its sites.
/// </remarks>
[GenerateSerializer, Immutable, Alias("seg.run-ledger")]
internal sealed record RunLedger
{
    private const int RunsAtOnce = 10;

    /// <summary>Names the run in its bundles, so that no other run's are the same.</summary>
    [Id(0)]
    public string Origin { get; init; } = "";

    /// <summary>Results of the round or pass under way.</summary>
    [Id(1)]
    public ImmutableArray<string> Results { get; init; } = [];

    /// <summary>What steps work from, and the models that come of the run.</summary>
    [Id(2)]
    public ImmutableArray<string> Inputs { get; init; } = [];

    /// <summary>The bundle that rounds began with; null before it is written.</summary>
    [Id(3)]
    public string? Base { get; init; }

    /// <summary>Bundles to be removed.</summary>
    [Id(4)]
    public ImmutableArray<string> Spent { get; init; } = [];

    /// <summary>The checkpoints of runs up to this one are removed, or spent.</summary>
    [Id(5)]
    public int ClearedTo { get; init; }

    /// <summary>The ledger of a federation's next run.</summary>
    public static RunLedger Begin(string federation, RunState? previous) => new()
    {
        Origin = string.Create(null, $"run {(previous?.Number ?? 0) + 1} of {federation}"),
        Spent = previous?.Ledger.Spent ?? [],
        ClearedTo = previous?.Ledger.ClearedTo ?? 0,
    };

    /// <summary>A run as it is about to be stored, with its ledger brought up to date.</summary>
    /// <param name="before">The run as it is stored.</param>
    /// <param name="next">The run as it will be; what its ledger says does not count.</param>
    /// <param name="written">Bundles that were written for this change.</param>
    /// <param name="removed">Bundles that are removed.</param>
    public static RunState Note(RunState before, RunState next, IEnumerable<string> written, IReadOnlySet<string> removed)
    {
        var ledger = before.Ledger with
        {
            Results = [.. before.Ledger.Results.Union(OutputsOf(before)).Union(OutputsOf(next))],
            Inputs = [.. before.Ledger.Inputs.Union(written.Append(before.Input).Append(next.Input).Where(hash => hash.Length > 0))],
            Base = before.Ledger.Base ?? next.Ledger.Base,
            Spent = [.. before.Ledger.Spent.Where(hash => !removed.Contains(hash))],
        };
        if (next.Attempt != before.Attempt)
        {
            // All of it has learned from customers who are erased by now, checkpoints too. Bundles of the next attempt are others by the name.
            return next with
            {
                Ledger = ledger with
                {
                    Origin = string.Create(null, $"{before.Ledger.Origin.Split(", begun anew")[0]}, begun anew {next.Attempt}"),
                    Results = [],
                    Inputs = [],
                    Base = null,
                    Spent = [.. ledger.Spent.Union(ledger.Results).Union(ledger.Inputs).Union(CheckpointsOf(before, ledger))],
                },
            };
        }

        if (next.HasEnded || (next.Phase, next.Round) != (before.Phase, before.Round))
        {
            ledger = ledger with { Results = [], Spent = [.. ledger.Spent.Union(ledger.Results)] };
        }

        return next with { Ledger = next.HasEnded ? ledger with { Inputs = [], Spent = [.. ledger.Spent.Union(ledger.Inputs.Except(CheckpointsOf(next, ledger)))] } : ledger };
    }

    /// <summary>Earlier runs, or this one, whose checkpoints are due to go once a run has ended; some at a time.</summary>
    /// <param name="run">The run that has ended.</param>
    /// <param name="kept">Latest runs whose checkpoints are kept.</param>
    public static IEnumerable<int> DueAfter(RunState run, int kept) =>
        Enumerable.Range(run.Ledger.ClearedTo + 1, Math.Clamp(run.Number - kept - run.Ledger.ClearedTo, 0, RunsAtOnce));

    /// <summary>A run with the checkpoints of another, or its own, to be removed.</summary>
    public static RunState Clear(RunState run, RunState other) => run with
    {
        Ledger = run.Ledger with { Spent = [.. run.Ledger.Spent.Union(CheckpointsOf(other, other.Ledger))], ClearedTo = other.Number },
    };

    private static IEnumerable<string> OutputsOf(RunState run) =>
        run.Reports.Values.Select(report => report.Result.Output).Concat(LateTrainers.ArrivedIn(run).Select(late => late.Result.Output));

    private static IEnumerable<string> CheckpointsOf(RunState run, RunLedger ledger) =>
        run.Rounds.Select(round => round.Model).Concat(ledger.Base is { } started ? [started] : []);
}
