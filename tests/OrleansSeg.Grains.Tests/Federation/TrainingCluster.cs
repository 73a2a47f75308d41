using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansSeg.Customers;
using OrleansSeg.Events;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Privacy;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Models;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>A cluster that loads real bundles, and shops to train on.</summary>
public sealed class TrainingCluster : ShopCluster
{
    private static readonly TimeSpan JobTimeMax = TimeSpan.FromMinutes(3);

    /// <summary>Imports regular buyers of every rhythm, of whom some stop, over the 270 days before now.</summary>
    /// <param name="customers">How many, <c>c0</c> and on.</param>
    /// <param name="site">The site; null for one that no other test uses.</param>
    /// <param name="without">A customer who is left out; null for none.</param>
    /// <param name="titles">What they buy, in turn, and nothing with a title if there are none; null for one title.</param>
    public async Task<string> NewShopAsync(int customers, string? site = null, string? without = null, IReadOnlyList<string>? titles = null)
    {
        site ??= NewSite();
        var layout = await Grains.GetGrain<ISiteGrain>(site).GetLayoutAsync(default);
        var imports = Enumerable.Range(0, customers).Select(number => History(number, Time.GetUtcNow(), titles)).Where(import => import.CustomerId != without);
        foreach (var group in imports.GroupBy(import => CustomerKey.Create(site, import.CustomerId).PartitionOf(layout.PartitionCount)))
        {
            await Grains.GetGrain<IPartitionGrain>(new PartitionKey(site, group.Key).GrainKey).ImportAsync([.. group], default);
        }

        return site;
    }

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

    /// <inheritdoc />
    protected override void Configure(Orleans.Hosting.ISiloBuilder silo)
    {
        silo.Services.Replace(ServiceDescriptor.Singleton<IScoringModelLoader, BundleModelLoader>());
        silo.Services.AddSingleton<INoiseSeeds, TestSeeds>();
    }

    private static CustomerImport History(int number, DateTimeOffset now, IReadOnlyList<string>? titles)
    {
        var random = new Random(number);
        var gap = 6 + (90 * random.NextDouble() * random.NextDouble());
        var stop = random.Next(3) == 0 ? random.Next(270) : 0;
        var events = ImmutableArray.CreateBuilder<BehaviourEvent>();
        for (var day = 270 - (random.NextDouble() * gap); day > stop; day -= gap * (0.5 + random.NextDouble()))
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"e{events.Count}");
            var bought = Shop.Purchase(id, now.AddDays(-day), price: 5 + random.Next(number % 7 == 0 ? 200 : 30));
            events.Add(titles is null ? bought : bought with { Text = titles.Count == 0 ? null : titles[(number + events.Count) % titles.Count] });
        }

        if (events.Count == 0)
        {
            events.Add(Shop.View("e0", now.AddDays(-269)));
        }

        return new CustomerImport($"c{number}", events.ToImmutable(), ImmutableDictionary<string, string>.Empty);
    }
}
