using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Privacy;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Models;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>A cluster that loads real bundles.</summary>
public sealed class TrainingCluster : ShopCluster
{
    private static readonly TimeSpan JobTimeMax = TimeSpan.FromMinutes(10);

    /// <summary>Runs a job to its end, whatever that is.</summary>
    public async Task<TrainingStatus> RunAsync(string site, TrainingRequest request)
    {
        var trainer = Grains.GetGrain<ITrainerGrain>(site);
        return await EndAsync(trainer, await trainer.StartAsync(request, default));
    }

    /// <summary>Starts a run and sees it through to its end, which must be <see cref="RunPhase.Done"/>.</summary>
    /// <param name="federation">The federation.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="meet">Called with each status that is seen; what it throws is taken for an activation on its way out, but for failed assertions.</param>
    public async Task<RunStatus> RunAsync(string federation, FederatedPlan plan, Func<RunStatus, Task> meet)
    {
        var coordinator = Grains.GetGrain<IFederatedCoordinatorGrain>(federation);
        var started = await coordinator.StartAsync(plan, default);
        RunStatus? status = null;
        await this.DriveUntilAsync(
            async () =>
            {
                try
                {
                    status = await coordinator.GetStatusAsync(started.Run, default);
                    await meet(status!);
                }
                catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
                {
                    // The activation is on its way out.
                }

                return status?.EndedAt is not null;
            },
            TimeSpan.FromMilliseconds(500),
            $"{federation}: {status}");
        Assert.True(status!.Phase == RunPhase.Done, status.Outcome);
        return status;
    }

    /// <summary>Watches a job to its end.</summary>
    public static async Task<TrainingStatus> EndAsync(ITrainerGrain trainer, Guid job)
    {
        using var deadline = new CancellationTokenSource(JobTimeMax);
        while (true)
        {
            var status = await trainer.GetStatusAsync(job, 0, default);
            if (status.State != TrainingState.Running)
            {
                return status;
            }

            if (deadline.IsCancellationRequested)
            {
                throw new TimeoutException($"The job was still running after {JobTimeMax}; its last line: {status.Lines.LastOrDefault()}.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }

    /// <summary>Runs a trial to its end, which must be a good one.</summary>
    /// <returns>Its log loss on validation.</returns>
    public static async Task<double> LossAsync(ITrainerGrain trainer, TrainingRequest trial)
    {
        var status = await EndAsync(trainer, await trainer.StartAsync(trial, default));
        Assert.True(status.State == TrainingState.Done, status.Failure);
        return (double)JsonNode.Parse(status.ResultJson!)!["logLoss"]!;
    }

    /// <inheritdoc />
    protected override void Configure(Orleans.Hosting.ISiloBuilder silo)
    {
        silo.Services.Replace(ServiceDescriptor.Singleton<IScoringModelLoader, BundleModelLoader>());
        silo.Services.AddSingleton<INoiseSeeds, TestSeeds>();
    }
}
