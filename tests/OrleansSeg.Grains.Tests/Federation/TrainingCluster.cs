using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Privacy;
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
