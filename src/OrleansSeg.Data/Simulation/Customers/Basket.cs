using OrleansSeg.Data.Simulation.Assortment;
using OrleansSeg.Data.Simulation.Chance;

namespace OrleansSeg.Data.Simulation.Customers;

/// <summary>One line of an order.</summary>
/// <param name="Item">What.</param>
/// <param name="Quantity">How many.</param>
/// <param name="UnitPrice">Price of one, reductions taken off.</param>
internal sealed record BasketLine(ShopItem Item, int Quantity, decimal UnitPrice);

/// <summary>Chooses what a customer looks at and buys.</summary>
internal sealed class Basket(Shop shop, CustomerTraits traits, RandomStream random)
{
    private const double CompanionShare = 0.45;
    private const double AgainShare = 0.5;
    private const int LinesMax = 40;
    private readonly double[] _weights = new double[ShopCategories.All.Length];
    private readonly Dictionary<ShopCategory, ShopItem> _usedUp = [];

    /// <summary>An item of a shelf the customer likes, in season.</summary>
    public ShopItem Draw(double day)
    {
        var month = shop.Options.Start.AddDays(day).Month - 1;
        for (var i = 0; i < _weights.Length; i++)
        {
            _weights[i] = traits.Tastes[i] * ShopCategories.All[i].Months[month];
        }

        return DrawFrom(random.Weighted(_weights));
    }

    /// <summary>An item of one shelf; who likes it dear takes the dearer of two.</summary>
    public ShopItem DrawFrom(int category)
    {
        var (one, other) = (shop.Catalogue.Draw(category, random), shop.Catalogue.Draw(category, random));
        return one.Pence > other.Pence == random.Chance(traits.Luxury) ? one : other;
    }

    /// <summary>The lines of an order; no item twice.</summary>
    public IReadOnlyList<BasketLine> Fill(double day)
    {
        var lines = new List<BasketLine>();
        var stop = 1 / (1 + traits.ExtraLines);
        do
        {
            var item = Next(lines, day);
            if (lines.All(line => line.Item != item))
            {
                lines.Add(new BasketLine(item, DrawQuantity(), PriceOf(item, day)));
            }
        }
        while (!random.Chance(stop) && lines.Count < LinesMax);

        foreach (var line in lines.Where(line => line.Item.Category.UsedUp))
        {
            _usedUp[line.Item.Category] = line.Item;
        }

        return lines;
    }

    /// <summary>What an item costs on a day: prices rise by 3 % each New Year and fall while the shelf is on sale.</summary>
    public decimal PriceOf(ShopItem item, double day)
    {
        var years = shop.Options.Start.AddDays(day).Year - shop.Options.Start.Year;
        var category = ShopCategories.All.IndexOf(item.Category);
        var percent = (100 + (3 * years)) * (100 - shop.Campaigns.DiscountOn(category, day));
        return Math.Max(1, (long)item.Pence * percent / 10_000) / 100m;
    }

    private ShopItem Next(List<BasketLine> lines, double day)
    {
        if (lines.Count > 0 && random.Chance(CompanionShare))
        {
            return random.Pick(shop.Catalogue.CompanionsOf(lines[0].Item));
        }

        var item = Draw(day);
        return _usedUp.TryGetValue(item.Category, out var before) && random.Chance(AgainShare) ? before : item;
    }

    private int DrawQuantity() => traits.PackSize > 1 ? traits.PackSize * random.Whole(1, 3) : random.Chance(0.22) ? random.Whole(2, 4) : 1;
}
