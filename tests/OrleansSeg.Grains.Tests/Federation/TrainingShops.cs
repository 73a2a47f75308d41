using System.Collections.Immutable;
using System.Globalization;
using OrleansSeg.Customers;
using OrleansSeg.Events;
using OrleansSeg.Grains.Tests.Clusters;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>Shops to train on.</summary>
internal static class TrainingShops
{
    /// <summary>Imports regular buyers of every rhythm, of whom some stop, over the 270 days before now.</summary>
    /// <param name="cluster">Where they shop.</param>
    /// <param name="customers">How many, <c>c0</c> and on.</param>
    /// <param name="site">The site; null for one that no other test uses.</param>
    /// <param name="without">A customer who is left out; null for none.</param>
    /// <param name="titles">What they buy, in turn, and nothing with a title if there are none; null for one title.</param>
    public static async Task<string> NewShopAsync(this ShopCluster cluster, int customers, string? site = null, string? without = null, IReadOnlyList<string>? titles = null)
    {
        site ??= cluster.NewSite();
        var layout = await cluster.Grains.GetGrain<ISiteGrain>(site).GetLayoutAsync(default);
        var imports = Enumerable.Range(0, customers).Select(number => History(number, cluster.Time.GetUtcNow(), titles)).Where(import => import.CustomerId != without);
        foreach (var group in imports.GroupBy(import => CustomerKey.Create(site, import.CustomerId).PartitionOf(layout.PartitionCount)))
        {
            await cluster.Grains.GetGrain<IPartitionGrain>(new PartitionKey(site, group.Key).GrainKey).ImportAsync([.. group], default);
        }

        return site;
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
