using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using OrleansSeg.Events;

namespace OrleansSeg.Customers;

/// <summary>How customers keep their data.</summary>
public sealed class CustomerOptions
{
    /// <summary>Bytes of encoded events at which the hot page is sealed. One event more may still fit in.</summary>
    /// <value>Default 64 KiB; 4 KiB to 96 KiB, so that the hot page never exceeds 128 KiB.</value>
    [Range(4 * 1024, 96 * 1024)]
    public int HotPageBytesMax { get; set; } = 64 * 1024;

    /// <summary>Entries of this many pages move into one directory record, so that the state stays small however long the history.</summary>
    internal int PagesPerDirectory { get; set; } = 32;

    /// <summary>How often a failed write is tried, reading the store between tries, before its callers fail.</summary>
    /// <value>Default 3; 1 to 10.</value>
    [Range(1, 10)]
    public int WriteAttemptsMax { get; set; } = 3;

    /// <summary>Age at which an assignment is stale and the sweep renews it, because silence is behaviour too.</summary>
    /// <value>Default 24 h; 1 min to 365 days.</value>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan RefreshAfter { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long a customer nobody knows stays in memory after it was asked for.</summary>
    /// <value>Default 10 s; 1 s to 15 min.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:15:00")]
    public TimeSpan UnknownIdleAge { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Consent to profiling of customers who have not said.</summary>
    /// <value>Default true.</value>
    public bool ProfilingByDefault { get; set; } = true;

    /// <summary>Consent to training of customers who have not said.</summary>
    /// <value>Default true.</value>
    public bool TrainingByDefault { get; set; } = true;

    /// <summary>How long events of a type are kept; a type that is not listed is kept for ever.</summary>
    /// <value>Default empty; each at least one day.</value>
    public Dictionary<EventType, TimeSpan> RetentionByType { get; } = [];
}

/// <summary>Checks the attributes.</summary>
[OptionsValidator]
public sealed partial class CustomerOptionsValidator : IValidateOptions<CustomerOptions>;

/// <summary>Checks what attributes cannot say.</summary>
public sealed class CustomerRetentionValidator : IValidateOptions<CustomerOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, CustomerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var failures = options.RetentionByType
            .Where(r => !Enum.IsDefined(r.Key) || r.Key == EventType.None || r.Value < TimeSpan.FromDays(1))
            .Select(r => $"{nameof(CustomerOptions.RetentionByType)}: {r.Key} is kept {r.Value}, at least one day of a known type is needed.")
            .ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
