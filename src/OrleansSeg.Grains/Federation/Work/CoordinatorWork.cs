using System.Collections.Immutable;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Native;
using OrleansSeg.Models;

namespace OrleansSeg.Federation.Work;

/// <summary>What a coordinator makes of trainers' results: cutoffs, schemes and a base; rounds; a calibrated model and the verdict on it.</summary>
internal sealed class CoordinatorWork(RunBundles bundles, IGrainFactory grains, FittingClosing fitting, RoundClosing rounds, EvaluationClosing evaluation) : ICoordinatorWork
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

        return await bundles.WriteAsync(new RunInput(new RunFacts { Origin = run.Ledger.Origin, Plan = run.Plan, Champions = champions.ToImmutable() }), cancellationToken);
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
