using System.ComponentModel.DataAnnotations;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>How to reach a storage account, and how long to try.</summary>
/// <remarks>
/// Azure's own client sends a request again after 408, 429, 500, 502, 503, 504, a broken connection and a silent server, with growing,
/// jittered pauses and never sooner than the server's <c>Retry-After</c>. All of that happens within <see cref="OperationTimeout"/>.
/// </remarks>
public abstract class AzureConnectionOptions
{
    /// <summary>Connection string with an account key or a shared access signature. It is a secret.</summary>
    /// <value>Default null. Exactly one of this and <see cref="ServiceUri"/> is given.</value>
    [Redact]
    public string? ConnectionString { get; set; }

    /// <summary>Address of the service, such as <c>https://account.table.core.windows.net</c>; <see cref="Credential"/> goes with it.</summary>
    /// <value>Default null. HTTPS unless the host is this machine; no query.</value>
    public Uri? ServiceUri { get; set; }

    /// <summary>The credential that goes with <see cref="ServiceUri"/>.</summary>
    /// <value>Default <see cref="AzureCredentialKind.Default"/>.</value>
    public AzureCredentialKind Credential { get; set; }

    /// <summary>Client id of a user-assigned managed identity.</summary>
    /// <value>Default null: the identity assigned by the system. Only with <see cref="AzureCredentialKind.ManagedIdentity"/>.</value>
    public string? ManagedIdentityClientId { get; set; }

    /// <summary>How many times a request is sent again.</summary>
    /// <value>Default 3; 0 to 10.</value>
    [Range(0, 10)]
    public int RetriesMax { get; set; } = 3;

    /// <summary>Pause before the first repetition; it doubles from one to the next.</summary>
    /// <value>Default 250 ms; 1 ms to 10 s, and at most <see cref="RetryDelayMax"/>.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest pause between two repetitions that the server did not ask for.</summary>
    /// <value>Default 4 s; 1 ms to 1 min.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan RetryDelayMax { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>Longest wait for one answer.</summary>
    /// <value>Default 5 s; 100 ms to 1 min, and at most <see cref="OperationTimeout"/>.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest time one operation takes with all its repetitions; it ends before a grain call's 30 s do.</summary>
    /// <value>Default 25 s; 1 s to 5 min.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan OperationTimeout { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>Longest time a starting silo waits for a service that does not answer; a refusal ends the start at once.</summary>
    /// <value>Default 2 min; 0 to 1 h.</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan StartWaitMax { get; set; } = TimeSpan.FromMinutes(2);
}
