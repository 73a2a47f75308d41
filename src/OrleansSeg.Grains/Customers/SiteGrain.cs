using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Storage;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Events;
using OrleansSeg.Placement;

namespace OrleansSeg.Customers;

/// <summary>Fixes a site's layout when it is first asked for; later configuration changes nothing.</summary>
[GrainType("seg.site"), SiteSilos]
internal sealed class SiteGrain(
    IGrainContext context,
    [FromKeyedServices(CustomerStorage.ProviderName)] IGrainStorage storage,
    IOptions<SiteOptions> options) : IGrainBase, ISiteGrain, ISiteSecretsGrain
{
    private SiteState? _state;

    /// <inheritdoc />
    public IGrainContext GrainContext => context;

    /// <inheritdoc />
    public async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var site = context.GrainId.Key.ToString()!;
        if (!CustomerKey.IsSite(site))
        {
            throw new ArgumentException($"'{site}' is not a site: 1 to 32 characters of a-z, 0-9 and '-' are needed.");
        }

        var records = new GrainRecords(storage, context.GrainId);
        var stored = await records.ReadAsync<SiteState>(CustomerStorage.SiteRecord, cancellationToken);
        if (stored.Value is null)
        {
            var created = new SiteState
            {
                PartitionCount = options.Value.PartitionCount,
                Currency = options.Value.Currency,
                TombstoneKey = RandomNumberGenerator.GetBytes(32),
            };
            await records.WriteAsync(CustomerStorage.SiteRecord, created, stored.ETag);
            stored = new StoredRecord<SiteState>(created, null);
        }

        _state = stored.Value;
    }

    /// <inheritdoc />
    public Task<SiteLayout> GetLayoutAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new SiteLayout(_state!.PartitionCount, _state.Currency));

    /// <inheritdoc />
    public Task<byte[]> GetTombstoneKeyAsync() => Task.FromResult(_state!.TombstoneKey);
}

/// <summary>A site's record.</summary>
[GenerateSerializer, Immutable, Alias("seg.site-state")]
internal sealed record SiteState
{
    /// <summary>Partitions.</summary>
    [Id(0)] public int PartitionCount { get; init; }

    /// <summary>ISO 4217.</summary>
    [Id(1)] public string Currency { get; init; } = "";

    /// <summary>Key of the hash that names tombstones.</summary>
    [Id(2)] public byte[] TombstoneKey { get; init; } = [];
}
