using OrleansSeg.Data.Simulation.Assortment;
using OrleansSeg.Data.Simulation.Campaigns;
using OrleansSeg.Data.Simulation.Chance;
using OrleansSeg.Data.Simulation.Seasons;

namespace OrleansSeg.Data.Simulation;

/// <summary>What all customers of a simulated shop share. Immutable.</summary>
internal sealed class Shop
{
    /// <summary>Opens the shop.</summary>
    public Shop(ShopOptions options)
    {
        options.Validate();
        Options = options;
        Catalogue = new ShopCatalogue(options);
        Clock = new SeasonClock(options.Start, (int)Math.Ceiling((options.End - options.Start).TotalDays));
        Campaigns = new CampaignCalendar(options, Clock);
    }

    /// <summary>What was asked for.</summary>
    public ShopOptions Options { get; }

    /// <summary>What is sold.</summary>
    public ShopCatalogue Catalogue { get; }

    /// <summary>When it is busy.</summary>
    public SeasonClock Clock { get; }

    /// <summary>What is written to customers.</summary>
    public CampaignCalendar Campaigns { get; }

    /// <summary>A stream of random numbers of one customer, for one purpose.</summary>
    public RandomStream StreamOf(int customer, string purpose) =>
        new((ulong)Options.Seed, RandomStream.Word(Options.Site), RandomStream.Word(purpose), (ulong)customer);

    /// <summary>A time on a day, when people visit the site.</summary>
    /// <param name="day">Calendar days since the opening; the fraction does not count.</param>
    /// <param name="timeOfDay">When on that day.</param>
    public DateTimeOffset At(double day, TimeSpan timeOfDay) => Options.Start.AddDays(Math.Floor(day)) + timeOfDay;

    /// <summary>Calendar days since the opening.</summary>
    public double DayOf(DateTimeOffset time) => (time - Options.Start).TotalDays;
}
