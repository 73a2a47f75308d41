using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace OrleansSeg.Silo.Storage.Redis;

/// <summary>Which Redis server a cluster keeps everything in, and how long to try.</summary>
public sealed class RedisOptions
{
    /// <summary>StackExchange.Redis' configuration string: <c>redis:6379,password=...,ssl=true</c>. It is a secret.</summary>
    /// <value>Required. Time-outs and a client name in it are replaced by the settings here.</value>
    [Required, Redact]
    public string ConnectionString { get; set; } = "";

    /// <summary>Longest wait for a connection, and for the answer to one command; it ends before a grain call's 30 s do.</summary>
    /// <value>Default 5 s; 100 ms to 5 min.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan OperationTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest time a starting silo waits for a server that does not answer; a refusal ends the start at once.</summary>
    /// <value>Default 2 min; 0 to 1 h.</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan StartWaitMax { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Whether the operator vouches that the server keeps what it acknowledges, where its settings may not be read.</summary>
    /// <value>Default false. What can be read is checked all the same.</value>
    public bool DurabilityVouchedFor { get; set; }
}

/// <summary>Checks the attributes.</summary>
[OptionsValidator]
public sealed partial class RedisOptionsValidator : IValidateOptions<RedisOptions>;
