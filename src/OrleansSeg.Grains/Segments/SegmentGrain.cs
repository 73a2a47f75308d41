using System.Collections.Immutable;
using System.Globalization;
using OrleansSeg.Customers;
using OrleansSeg.Events;
using OrleansSeg.Placement;

namespace OrleansSeg.Segments;

/// <summary>Gathers one segment from the partitions; keeps nothing.</summary>
[GrainType("seg.segment"), SiteSilos]
internal sealed class SegmentGrain(IGrainContext context, IGrainFactory grains, SiteDirectory sites) : IGrainBase, ISegmentGrain
{
    private const int LimitMax = 10_000;

    /// <inheritdoc />
    public IGrainContext GrainContext => context;

    /// <inheritdoc />
    public async Task<long> GetSizeAsync(CancellationToken cancellationToken)
    {
        var (site, segment) = ParseKey();
        var layout = await sites.GetLayoutAsync(site, cancellationToken);
        var sizes = await Task.WhenAll(Enumerable.Range(0, layout.PartitionCount).Select(number => Partition(site, number).GetSegmentSizesAsync(cancellationToken)));
        return sizes.Sum(part => part.GetValueOrDefault(segment));
    }

    /// <inheritdoc />
    public async Task<MembersPage> GetMembersAsync(string? pageToken, int limit, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > LimitMax)
        {
            throw new ArgumentException($"Limit must be 1 to {LimitMax}, is {limit}.", nameof(limit));
        }

        var (site, segment) = ParseKey();
        var layout = await sites.GetLayoutAsync(site, cancellationToken);
        var (number, inner) = ParseToken(pageToken);
        var members = ImmutableArray.CreateBuilder<SegmentMember>();
        for (; number < layout.PartitionCount; number++, inner = null)
        {
            if (members.Count == limit)
            {
                return new MembersPage(members.ToImmutable(), Token(number, null));
            }

            var page = await Partition(site, number).GetMembersAsync(segment, inner, limit - members.Count, cancellationToken);
            members.AddRange(page.Members);
            if (page.NextPageToken is { } next)
            {
                return new MembersPage(members.ToImmutable(), Token(number, next));
            }
        }

        return new MembersPage(members.ToImmutable(), null);
    }

    private (string Site, string Segment) ParseKey()
    {
        var key = context.GrainId.Key.ToString()!;
        var colon = key.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && CustomerKey.IsSite(key[..colon]) && colon < key.Length - 1
            ? (key[..colon], key[(colon + 1)..])
            : throw new ArgumentException($"'{key}' is no segment key: 'site:segment' is needed.");
    }

    private IPartitionGrain Partition(string site, int number) => grains.GetGrain<IPartitionGrain>(new PartitionKey(site, number).GrainKey);

    private string Token(int partition, string? inner) =>
        PageToken.Encode(context.GrainId.Key.ToString()!, string.Create(CultureInfo.InvariantCulture, $"{partition}\n{inner}"));

    private (int Partition, string? Inner) ParseToken(string? token)
    {
        if (token is null)
        {
            return (0, null);
        }

        var parts = PageToken.DecodeText(context.GrainId.Key.ToString()!, token).Split('\n');
        return (int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1].Length == 0 ? null : parts[1]);
    }
}
