using System.Globalization;
using OrleansSeg.Data.Simulation.Chance;

namespace OrleansSeg.Data.Simulation.Assortment;

/// <summary>Everything the shop sells, and what is bought together.</summary>
/// <remarks>Prices, demand, quality and companions are drawn from the site and the seed; the titles are those of <see cref="ShopCategories"/>.</remarks>
internal sealed class ShopCatalogue
{
    private const int CompanionCount = 3;
    private readonly ShopItem[][] _shelves;
    private readonly double[][] _demands;
    private readonly ShopItem[][] _companions;

    /// <summary>Draws the catalogue of a shop.</summary>
    public ShopCatalogue(ShopOptions options)
    {
        var random = new RandomStream((ulong)options.Seed, RandomStream.Word(options.Site), RandomStream.Word("catalogue"));
        var items = new List<ShopItem>();
        _shelves = [.. ShopCategories.All.Select(category => Stock(category, items, random))];
        _demands = [.. _shelves.Select(shelf => shelf.Select(item => item.Demand).ToArray())];
        Items = items;
        _companions = [.. items.Select(item => DrawCompanions(item, random))];
    }

    /// <summary>All items, shelf after shelf.</summary>
    public IReadOnlyList<ShopItem> Items { get; }

    /// <summary>An item of a shelf, the wanted ones more often.</summary>
    /// <param name="category">Position of the shelf.</param>
    /// <param name="random">Where to draw from.</param>
    public ShopItem Draw(int category, RandomStream random) => _shelves[category][random.Weighted(_demands[category])];

    /// <summary>What goes with an item: the same few things for everybody.</summary>
    public IReadOnlyList<ShopItem> CompanionsOf(ShopItem item) => _companions[item.Number];

    private static ShopItem[] Stock(ShopCategory category, List<ShopItem> items, RandomStream random)
    {
        var titles = category.Lines
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Split(": "))
            .SelectMany(line => line[1].Split(", ").Select(variant => (Kind: line[0], Title: $"{variant} {line[0]}")));
        var shelf = new List<ShopItem>();
        foreach (var (kind, title) in titles)
        {
            var code = string.Create(CultureInfo.InvariantCulture, $"{category.Code}-{(shelf.Count + 1) * 7 % 1000:D3}");
            var pence = RoundPrice(DrawPrice(category, random));
            var item = new ShopItem(items.Count, code, title, kind, category, pence, random.Normal(), random.LogNormal(1, 1));
            shelf.Add(item);
            items.Add(item);
        }

        return [.. shelf];
    }

    /// <summary>A price of the shelf; nobody sells a mirror for a penny, so the far ends are drawn again.</summary>
    private static double DrawPrice(ShopCategory category, RandomStream random)
    {
        while (true)
        {
            var price = random.LogNormal(1, category.PriceDeviation);
            if (price is > 0.4 and < 3)
            {
                return price * category.PriceMedian;
            }
        }
    }

    /// <summary>Prices end in .95 above ten and in .25, .50, .75 or .95 below.</summary>
    private static int RoundPrice(double price)
    {
        var pence = (int)(price * 100);
        var whole = pence / 100 * 100;
        return price >= 10 ? whole + 95 : Math.Max(50, whole + ((pence % 100) switch { < 25 => 25, < 50 => 50, < 75 => 75, _ => 95 }));
    }

    private ShopItem[] DrawCompanions(ShopItem item, RandomStream random)
    {
        var companions = new List<ShopItem>();
        while (companions.Count < CompanionCount)
        {
            // Two companions stand on the same shelf, the last anywhere.
            var category = companions.Count < CompanionCount - 1 ? CategoryOf(item) : random.Whole(_shelves.Length);
            var companion = Draw(category, random);
            if (companion.Number != item.Number && !companions.Contains(companion))
            {
                companions.Add(companion);
            }
        }

        return [.. companions];
    }

    private int CategoryOf(ShopItem item) => Array.FindIndex(_shelves, shelf => shelf[0].Category == item.Category);
}
