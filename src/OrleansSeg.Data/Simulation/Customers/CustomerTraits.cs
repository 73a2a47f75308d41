using System.Globalization;
using OrleansSeg.Data.Simulation.Assortment;
using OrleansSeg.Data.Simulation.Chance;

namespace OrleansSeg.Data.Simulation.Customers;

/// <summary>What makes a customer act as they do. Nobody sees it but the simulator.</summary>
/// <remarks>Spans and rates are in busy days, see <see cref="Seasons.SeasonClock"/>.</remarks>
internal sealed record CustomerTraits
{
    private static readonly string[] Countries =
        ["United Kingdom", "Germany", "France", "Ireland", "Netherlands", "Spain", "Belgium", "Sweden"];

    private static readonly double[] CountryWeights = [0.55, 0.12, 0.1, 0.06, 0.06, 0.05, 0.03, 0.03];
    private static readonly string[] AgeBands = ["18-24", "25-34", "35-44", "45-54", "55-64", "65+"];
    private static readonly double[] AgeWeights = [0.1, 0.2, 0.24, 0.21, 0.15, 0.1];
    private static readonly double[] AgeRates = [0.7, 0.85, 1.0, 1.15, 1.25, 1.05];
    private static readonly string[] SignupChannels = ["search", "social", "newsletter", "friend", "store"];
    private static readonly double[] SignupWeights = [0.42, 0.22, 0.13, 0.13, 0.1];
    private static readonly double[] SignupRates = [1.0, 0.65, 1.2, 1.35, 1.1];

    /// <summary>The shop's id.</summary>
    public required string Id { get; init; }

    /// <summary>Country, age band, signup channel.</summary>
    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    /// <summary>Consents to profiling and training.</summary>
    public required bool Consents { get; init; }

    /// <summary>When the customer first comes by.</summary>
    public required double Arrival { get; init; }

    /// <summary>Orders a day while the customer is one; 0 for who only looks.</summary>
    public required double OrderRate { get; init; }

    /// <summary>How even the spans between orders are: 1 as a memoryless process, more for more even.</summary>
    public required double OrderShape { get; init; }

    /// <summary>How long until the customer turns away without a word.</summary>
    public required double Patience { get; init; }

    /// <summary>How long the customer hesitates before the first order, 0 for none.</summary>
    public required double Hesitation { get; init; }

    /// <summary>Mean days between visits without an order.</summary>
    public required double VisitGap { get; init; }

    /// <summary>Mean lines of an order beyond the first.</summary>
    public required double ExtraLines { get; init; }

    /// <summary>Units on a line: 1 for a household, several for who sells on.</summary>
    public required int PackSize { get; init; }

    /// <summary>Probability of taking the dearer of two items.</summary>
    public required double Luxury { get; init; }

    /// <summary>Probability of ordering in a store, where no visit is seen.</summary>
    public required double StoreShare { get; init; }

    /// <summary>The usual channel, web or app.</summary>
    public required string Channel { get; init; }

    /// <summary>Accepts campaign messages.</summary>
    public required bool AcceptsCampaigns { get; init; }

    /// <summary>How readily messages are opened, against 1.</summary>
    public required double Openness { get; init; }

    /// <summary>Probability of reviewing a line.</summary>
    public required double ReviewShare { get; init; }

    /// <summary>How readily things are sent back, against 1.</summary>
    public required double ReturnTaste { get; init; }

    /// <summary>Added to every satisfaction.</summary>
    public required double Mildness { get; init; }

    /// <summary>How much each shelf is liked.</summary>
    public required double[] Tastes { get; init; }

    /// <summary>Whether the customer ever means to buy.</summary>
    public bool MeansToBuy => OrderRate > 0;

    /// <summary>The shop's id of a customer.</summary>
    public static string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"C{number + 1:D6}");

    /// <summary>Draws a customer.</summary>
    public static CustomerTraits Draw(Shop shop, int number)
    {
        var random = shop.StreamOf(number, "traits");
        var country = random.Weighted(CountryWeights);
        var age = random.Weighted(AgeWeights);
        var signup = random.Weighted(SignupWeights);
        var kind = random.Uniform();
        var (looksOnly, trades) = (kind < 0.24, kind > 0.965);

        // Rates of orders and of turning away both differ from customer to customer by gamma distributions (the Pareto/NBD model of
        // Schmittlein, Morrison and Colombo 1987), so that most order seldom and a few often.
        var rate = random.Gamma(1.1, 1.0 / 44) * AgeRates[age] * SignupRates[signup];
        var leaving = random.Gamma(0.9, 1.0 / 540);
        var hesitates = random.Chance(0.6);
        return new CustomerTraits
        {
            Id = IdOf(number),
            Attributes = new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["ageBand"] = AgeBands[age], ["country"] = Countries[country], ["signupChannel"] = SignupChannels[signup],
            },
            Consents = !random.Chance(shop.Options.WithheldConsentShare),
            Arrival = DrawArrival(shop, random),
            OrderRate = looksOnly ? 0 : trades ? Math.Max(rate, 1.0 / 40) : Math.Max(rate, 1.0 / 1_500),
            OrderShape = random.Uniform(1, 2.6),
            Patience = looksOnly ? random.Exponential(110) : random.Exponential(1 / Math.Max(leaving, 1e-5)),
            Hesitation = hesitates ? random.Exponential(60) : 0,
            VisitGap = random.LogNormal(looksOnly ? 24 : 30, 0.6),
            ExtraLines = trades ? random.LogNormal(2.5, 0.3) : random.LogNormal(0.9, 0.6),
            PackSize = trades ? random.Whole(2, 4) : 1,
            Luxury = random.Uniform(0.15, 0.85),
            StoreShare = random.Chance(0.12) ? random.Uniform(0.2, 0.8) : 0,
            Channel = random.Chance(age < 2 ? 0.6 : 0.3) ? "app" : "web",
            AcceptsCampaigns = random.Chance(0.5),
            Openness = random.Gamma(3, 1),
            ReviewShare = random.Chance(0.5) ? 0.02 : random.Uniform(0.05, 0.35),
            ReturnTaste = random.Gamma(1.5, 1),
            Mildness = 0.4 + (0.3 * random.Normal()),
            Tastes = [.. ShopCategories.All.Select(shelf => shelf.Popularity * random.Gamma(0.7, 1))],
        };
    }

    /// <summary>A quarter of the customers come with the opening, the others as the seasons go.</summary>
    private static double DrawArrival(Shop shop, RandomStream random)
    {
        var opening = random.Chance(0.25);
        var share = random.Uniform();
        return shop.Clock.BusyDays * (opening ? 0.1 * share : share);
    }
}
