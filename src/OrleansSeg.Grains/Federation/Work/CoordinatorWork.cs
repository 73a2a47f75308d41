using System.Collections.Immutable;
using OrleansSeg.Customers;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Native;

namespace OrleansSeg.Federation.Work;

/// <summary>What a coordinator makes of trainers' results: cutoffs, schemes and a base; rounds; a calibrated model and the verdict on it.</summary>
internal sealed class CoordinatorWork(RunBundles bundles, FittingClosing fitting, RoundClosing rounds, EvaluationClosing evaluation) : ICoordinatorWork
{
    /// <inheritdoc />
    public Task<string> OpenAsync(RunState run, CancellationToken cancellationToken)
    {
        var beginning = run.Beginning!;
        if (!beginning.Silent.IsEmpty)
        {
            // Without its model training would begin anew for all; so the run waits for the site.
            throw new SiteUnavailableException(beginning.Silent[0]);
        }

        return bundles.WriteAsync(
            new RunInput(new RunFacts
            {
                Origin = run.Ledger.Origin,
                Plan = run.Plan,
                Champions = beginning.Champions,
                Starts = beginning.Versions.ToImmutableSortedDictionary(site => site.Key, site => site.Value.Sha256, StringComparer.Ordinal),
            }),
            cancellationToken);
    }

    /// <inheritdoc />
    public async Task<StepClosing> CloseAsync(RunState run, CancellationToken cancellationToken)
    {
        LibTorch.EnsureLoadable();
        var input = await bundles.ReadAsync(run.Input, cancellationToken);
        return run switch
        {
            { Phase: RunPhase.Fitting } => await fitting.CloseAsync(run, input, cancellationToken),
            { Phase: RunPhase.Training } => await rounds.CloseAsync(run, input, cancellationToken),
            _ => await evaluation.CloseAsync(run, input, cancellationToken),
        };
    }
}
