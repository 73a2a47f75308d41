using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using OrleansSeg.Customers;

namespace OrleansSeg.Silo.Storage.Postgres;

/// <summary>Lets verification enumerate the records of grain state.</summary>
internal sealed class PostgresStateCatalog(PostgresSources sources, IOptions<ClusterOptions> cluster) : IGrainStateCatalog
{
    private const int PageSize = 1_000;

    // The key's index is in the order of the bytes: bounds on both sides make each page one run of it, and the last one stop behind the
    // prefix. No text is after the last character of Unicode.
    private const string SelectPage =
        """
        SELECT grainidextensionstring FROM orleansstorage
        WHERE serviceid = $1 AND graintypestring = $2 AND grainidextensionstring >= $3 AND grainidextensionstring > $4
          AND grainidextensionstring < $3 || U&'\+10FFFF' AND starts_with(grainidextensionstring, $3) AND payloadbinary IS NOT NULL
        ORDER BY grainidextensionstring LIMIT $5
        """;

    /// <inheritdoc />
    public async IAsyncEnumerable<GrainId> EnumerateAsync(
        string stateName, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = "";
        while (true)
        {
            var page = await ReadPageAsync(stateName, prefix, after, cancellationToken);
            foreach (var grain in page)
            {
                yield return GrainId.Parse(grain);
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            after = page[^1];
        }
    }

    private async Task<List<string>> ReadPageAsync(string stateName, string prefix, string after, CancellationToken cancellationToken)
    {
        await using var command = sources.Cluster.CreateCommand(SelectPage);
        foreach (var text in new[] { cluster.Value.ServiceId, stateName, prefix, after })
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = text });
        }

        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = PageSize });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<string>(PageSize);
        while (await reader.ReadAsync(cancellationToken))
        {
            page.Add(reader.GetString(0));
        }

        return page;
    }
}
