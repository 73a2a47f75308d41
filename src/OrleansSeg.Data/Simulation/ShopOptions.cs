using OrleansSeg.Events;

namespace OrleansSeg.Data.Simulation;

/// <summary>Which shop to simulate. Equal options give the same events on every machine.</summary>
public sealed record ShopOptions
{
    /// <summary>How many customers ever come by.</summary>
    /// <value>Default 3,000; 1 to 10,000,000. A customer is the same whatever the count.</value>
    public int Customers { get; init; } = 3_000;

    /// <summary>How many days before <see cref="End"/> the shop opened.</summary>
    /// <value>Default 730; 60 to 3,650.</value>
    public int Days { get; init; } = 730;

    /// <summary>Nothing happens at or after this instant.</summary>
    public required DateTimeOffset End { get; init; }

    /// <summary>Seed of everything random.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The site: another site has another assortment and other customers under the same seed.</summary>
    /// <value>Default <c>default</c>.</value>
    public string Site { get; init; } = "default";

    /// <summary>Share of customers who do not consent to profiling and training.</summary>
    /// <value>Default 0; 0 to 1.</value>
    public double WithheldConsentShare { get; init; }

    /// <summary>The opening day's midnight, UTC.</summary>
    public DateTimeOffset Start => new(End.UtcDateTime.Date.AddDays(-Days), TimeSpan.Zero);

    /// <summary>Checks every bound.</summary>
    /// <exception cref="ArgumentException">One is broken; the message names the option.</exception>
    public void Validate()
    {
        Check(Customers is >= 1 and <= 10_000_000, nameof(Customers), $"must be 1 to 10,000,000, not {Customers}");
        Check(Days is >= 60 and <= 3_650, nameof(Days), $"must be 60 to 3,650, not {Days}");
        Check(CustomerKey.IsSite(Site), nameof(Site), $"must have 1 to 32 characters of a-z, 0-9 and '-', not '{Site}'");
        Check(WithheldConsentShare is >= 0 and <= 1, nameof(WithheldConsentShare), $"must be 0 to 1, not {WithheldConsentShare}");
        Check(
            End > EventLimits.TimestampMin.AddDays(3_651) && End <= EventLimits.TimestampMax, nameof(End), $"must be 2000 to 2099, not {End:O}");
    }

    private static void Check(bool holds, string option, string problem)
    {
        if (!holds)
        {
            throw new ArgumentException($"{option} {problem}.", option);
        }
    }
}
