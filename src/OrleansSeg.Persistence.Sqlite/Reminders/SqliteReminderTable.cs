using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace OrleansSeg.Persistence.Sqlite;

/// <summary>Reminders in the embedded store.</summary>
public sealed class SqliteReminderTable : IReminderTable
{
    private const string Columns = "SELECT grain, name, start_at, period, etag FROM reminder WHERE service = $service";

    private const string Upsert =
        """
        INSERT INTO reminder (service, grain, name, hash, start_at, period, etag)
        VALUES ($service, $grain, $name, $hash, $start, $period, $etag)
        ON CONFLICT (service, grain, name) DO UPDATE SET start_at = $start, period = $period, etag = $etag
        """;

    private const string Delete = "DELETE FROM reminder WHERE service = $service AND grain = $grain AND name = $name AND etag = $etag";

    private readonly SqliteStore _store;
    private readonly string _service;

    /// <summary>Makes the table.</summary>
    /// <param name="store">The database file.</param>
    /// <param name="cluster">Names the service that owns the reminders.</param>
    public SqliteReminderTable(SqliteStore store, IOptions<ClusterOptions> cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        _store = store;
        _service = cluster.Value.ServiceId;
    }

    /// <inheritdoc />
    public Task<ReminderTableData> ReadRows(GrainId grainId) =>
        Read($"{Columns} AND grain = $grain", ("$grain", grainId.ToString()));

    /// <inheritdoc />
    /// <remarks>The range excludes <paramref name="begin"/> and includes <paramref name="end"/>; it wraps around, and equal ends mean all.</remarks>
    public Task<ReminderTableData> ReadRows(uint begin, uint end)
    {
        var range = begin < end ? "hash > $begin AND hash <= $end" : "(hash > $begin OR hash <= $end)";
        return Read($"{Columns} AND {range}", ("$begin", (long)begin), ("$end", (long)end));
    }

    /// <inheritdoc />
    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName)
    {
        var rows = await Read(
            $"{Columns} AND grain = $grain AND name = $name", ("$grain", grainId.ToString()), ("$name", reminderName)).ConfigureAwait(false);
        return rows.Reminders.SingleOrDefault();
    }

    /// <inheritdoc />
    public async Task<string?> UpsertRow(ReminderEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var etag = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        await _store.WriteAsync(
            statements => statements.Execute(
                Upsert,
                ("$service", _service),
                ("$grain", entry.GrainId.ToString()),
                ("$name", entry.ReminderName),
                ("$hash", (long)entry.GrainId.GetUniformHashCode()),
                ("$start", entry.StartAt.Ticks),
                ("$period", entry.Period.Ticks),
                ("$etag", etag)),
            CancellationToken.None).ConfigureAwait(false);
        entry.ETag = etag;
        return etag;
    }

    /// <inheritdoc />
    public async Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        var removed = await _store.WriteAsync(
            statements => statements.Execute(
                Delete, ("$service", _service), ("$grain", grainId.ToString()), ("$name", reminderName), ("$etag", eTag)),
            CancellationToken.None).ConfigureAwait(false);
        return removed == 1;
    }

    /// <inheritdoc />
    public Task TestOnlyClearTable() => _store.WriteAsync(
        statements => statements.Execute("DELETE FROM reminder WHERE service = $service", ("$service", _service)), CancellationToken.None);

    private Task<ReminderTableData> Read(string sql, params (string Name, object Value)[] values) => Task.FromResult(_store.Read(connection =>
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text is a constant of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Parameters.AddWithValue("$service", _service);
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }

        using var reader = command.ExecuteReader();
        var entries = new List<ReminderEntry>();
        while (reader.Read())
        {
            entries.Add(ReadEntry(reader));
        }

        return new ReminderTableData(entries);
    }));

    private static ReminderEntry ReadEntry(SqliteDataReader reader) => new()
    {
        GrainId = GrainId.Parse(reader.GetString(0), CultureInfo.InvariantCulture),
        ReminderName = reader.GetString(1),
        StartAt = new DateTime(reader.GetInt64(2), DateTimeKind.Utc),
        Period = TimeSpan.FromTicks(reader.GetInt64(3)),
        ETag = reader.GetString(4),
    };
}
