using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using OrleansSeg.Events;
using OrleansSeg.Models;

namespace OrleansSeg.Customers;

/// <summary>What every grain of a silo knows of sites: fixed facts, asked for once.</summary>
internal sealed class SiteDirectory(IGrainFactory grains, IOptions<SiteOptions> options)
{
    private readonly ConcurrentDictionary<string, SiteLayout> _layouts = new();
    private readonly ConcurrentDictionary<string, byte[]> _tombstoneKeys = new();

    /// <summary>The site's layout.</summary>
    public async ValueTask<SiteLayout> GetLayoutAsync(string site, CancellationToken cancellationToken = default)
    {
        if (!_layouts.TryGetValue(site, out var layout))
        {
            layout = await grains.GetGrain<ISiteGrain>(site).GetLayoutAsync(cancellationToken);
            _layouts[site] = layout;
        }

        return layout;
    }

    /// <summary>The site's partitions if this silo has asked before, else as many as a new site would have: for those who cannot wait.</summary>
    public int GuessPartitionCount(string site) =>
        _layouts.TryGetValue(site, out var layout) ? layout.PartitionCount : options.Value.PartitionCount;

    /// <summary>The partition of a customer.</summary>
    public async ValueTask<IPartitionRegistryGrain> GetPartitionAsync(CustomerKey customer, CancellationToken cancellationToken = default)
    {
        var layout = await GetLayoutAsync(customer.Site, cancellationToken);
        var partition = new PartitionKey(customer.Site, customer.PartitionOf(layout.PartitionCount));
        return grains.GetGrain<IPartitionRegistryGrain>(partition.GrainKey);
    }

    /// <summary>What the site's model registry knows of erasures.</summary>
    public IErasureLogGrain ErasuresOf(string site) => grains.GetGrain<IErasureLogGrain>(site);

    /// <summary>The keyed hash that stands for an erased customer: 64 hexadecimal characters.</summary>
    public async ValueTask<string> HashAsync(CustomerKey customer)
    {
        if (!_tombstoneKeys.TryGetValue(customer.Site, out var key))
        {
            key = await grains.GetGrain<ISiteSecretsGrain>(customer.Site).GetTombstoneKeyAsync();
            _tombstoneKeys[customer.Site] = key;
        }

        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(customer.GrainKey)));
    }
}
