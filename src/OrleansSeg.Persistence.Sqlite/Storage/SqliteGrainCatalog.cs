using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace OrleansSeg.Persistence.Sqlite;

/// <summary>Which grains have a record in the store: for verification tools, never for serving.</summary>
public sealed class SqliteGrainCatalog
{
    private const int PageSize = 1_000;

    /// <summary>After every grain id: the last character of Unicode, which SQLite orders by its bytes.</summary>
    private const string AfterAll = "\U0010FFFF";

    private const string SelectPage =
        """
        SELECT grain FROM grain_state
        WHERE service = $service AND state = $state AND grain > $after AND grain < $end AND substr(grain, 1, length($prefix)) = $prefix
        ORDER BY grain LIMIT $limit
        """;

    private readonly SqliteStore _store;
    private readonly string _service;

    /// <summary>Makes the catalogue.</summary>
    /// <param name="store">The database file.</param>
    /// <param name="cluster">Names the service whose records are listed.</param>
    public SqliteGrainCatalog(SqliteStore store, IOptions<ClusterOptions> cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        _store = store;
        _service = cluster.Value.ServiceId;
    }

    /// <summary>Grain ids with a record of one state name, in ordinal order of their text, read in pages.</summary>
    /// <param name="stateName">The state name.</param>
    /// <param name="prefix">Beginning of the grain id's text, such as <c>seg.customer/shop:</c>.</param>
    public IEnumerable<GrainId> Enumerate(string stateName, string prefix)
    {
        // Bounds on both sides let the index skip straight to the prefix, and stop behind it.
        var after = prefix.Length == 0 ? "" : prefix[..^1] + (char)(prefix[^1] - 1);
        var end = prefix.Length == 0 ? AfterAll : prefix[..^1] + (char)(prefix[^1] + 1);
        while (true)
        {
            var page = ReadPage(stateName, prefix, after, end);
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

    /// <summary>As <see cref="Enumerate"/>, for those who wait between two ids; each page is read where the caller goes on.</summary>
    /// <param name="stateName">The state name.</param>
    /// <param name="prefix">Beginning of the grain id's text.</param>
    /// <param name="cancellationToken">Stops between two ids.</param>
    public async IAsyncEnumerable<GrainId> EnumerateAsync(
        string stateName, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var grain in Enumerate(stateName, prefix))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return grain;
        }
    }

    private List<string> ReadPage(string stateName, string prefix, string after, string end) => _store.Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = SelectPage;
        command.Parameters.AddWithValue("$service", _service);
        command.Parameters.AddWithValue("$state", stateName);
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$end", end);
        command.Parameters.AddWithValue("$prefix", prefix);
        command.Parameters.AddWithValue("$limit", PageSize);
        using var reader = command.ExecuteReader();
        var page = new List<string>(PageSize);
        while (reader.Read())
        {
            page.Add(reader.GetString(0));
        }

        return page;
    });
}
