using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using OrleansSeg.Customers;

namespace OrleansSeg.Silo.Storage.Redis;

/// <summary>Lets verification enumerate the records of grain state.</summary>
/// <remarks>
/// A server hands its keys out in no order, and some of them twice, so the ids that match are gathered and sorted: about 200 bytes of memory
/// for each.
/// </remarks>
internal sealed class RedisStateCatalog(RedisConnections connections, IOptions<ClusterOptions> cluster) : IGrainStateCatalog
{
    private const int PageSize = 1_000;

    /// <inheritdoc />
    public async IAsyncEnumerable<GrainId> EnumerateAsync(
        string stateName, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The layout of Orleans' provider: {service}/state/{grain id}/{state name}.
        var (begin, end) = ($"{cluster.Value.ServiceId}/state/", $"/{stateName}");
        var multiplexer = await connections.ClusterAsync();
        var database = multiplexer.GetDatabase().Database;
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var server in RedisStore.Writable(multiplexer))
        {
            await foreach (var key in server.KeysAsync(database, $"{Escape(begin + prefix)}*{Escape(end)}", PageSize).WithCancellation(cancellationToken))
            {
                found.Add(key.ToString()[begin.Length..^end.Length]);
            }
        }

        foreach (var grain in found.Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return GrainId.Parse(grain);
        }
    }

    private static string Escape(string text)
    {
        var pattern = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (character is '*' or '?' or '[' or ']' or '^' or '\\')
            {
                pattern.Append('\\');
            }

            pattern.Append(character);
        }

        return pattern.ToString();
    }
}
