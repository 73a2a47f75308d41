using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace OrleansSeg.Silo.Storage.Postgres;

/// <summary>Which PostgreSQL database a cluster keeps everything in, and how long to try.</summary>
public sealed class PostgresOptions
{
    /// <summary>Npgsql's connection string: <c>Host=db;Database=shop;Username=silo;Password=...</c>. It is a secret.</summary>
    /// <value>Required. A pool size, time-outs and an application name in it are replaced by the settings here.</value>
    [Required, Redact]
    public string ConnectionString { get; set; } = "";

    /// <summary>Most connections of one silo for grain state; four more serve membership, reminders and health.</summary>
    /// <value>Default 20; 1 to 1,000. All silos together stay below the server's <c>max_connections</c>.</value>
    [Range(1, 1_000)]
    public int PoolSizeMax { get; set; } = 20;

    /// <summary>Longest wait for a connection, and for the answer to one statement; it ends before a grain call's 30 s do.</summary>
    /// <value>Default 10 s; 1 s to 5 min, in whole seconds.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan OperationTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time a starting silo waits for a server that does not answer; a refusal ends the start at once.</summary>
    /// <value>Default 2 min; 0 to 1 h.</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan StartWaitMax { get; set; } = TimeSpan.FromMinutes(2);
}

/// <summary>Checks the attributes.</summary>
[OptionsValidator]
public sealed partial class PostgresOptionsValidator : IValidateOptions<PostgresOptions>;
