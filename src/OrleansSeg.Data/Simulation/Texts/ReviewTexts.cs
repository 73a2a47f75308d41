using OrleansSeg.Data.Simulation.Assortment;
using OrleansSeg.Data.Simulation.Chance;

namespace OrleansSeg.Data.Simulation.Texts;

/// <summary>What customers write about things they bought. The tone goes with the rating.</summary>
internal static class ReviewTexts
{
    private static readonly string[] Thrilled =
        ["Love this {0}.", "Could not be happier with the {0}.", "The best {0} I have owned.", "A wonderful {0}, exactly as described.", "Five stars for this {0}."];

    private static readonly string[] Pleased =
        ["A good {0} for the money.", "Very pleased with this {0} on the whole.", "A nice {0}, if not perfect.", "The {0} does its job well."];

    private static readonly string[] Lukewarm =
        ["The {0} is all right.", "An ordinary {0}, nothing special.", "Not sure about this {0}.", "The {0} is fine, but I had hoped for more."];

    private static readonly string[] LetDown =
        ["Disappointed with this {0}.", "The {0} is not what I expected.", "I would not buy this {0} again.", "Poor quality for a {0} at this price."];

    private static readonly string[] Furious =
        ["A dreadful {0}.", "Avoid this {0}.", "The worst {0} I have ever bought.", "A complete waste of money, this {0}.", "I want my money back for this {0}."];

    private static readonly string[] Quibbles =
        ["Delivery took its time.", "The packaging could be better.", "A little dear for what it is.", "The description could say more."];

    private static readonly string[] GoodEnds = ["Will order again.", "Recommended.", "It came quickly, too.", "A lovely present."];

    private static readonly string[] BadEnds = ["It is going back.", "Never again.", "I expected better from this shop.", "Save your money."];

    private static readonly string[] ChangesOfMind =
        ["Ordered two and kept one.", "Changed my mind.", "It was a present and they had one already.", "Not needed after all.", "Found it elsewhere for less."];

    private static readonly string[] Shows =
        ["Look what came today: {0}!", "My new {0} and I are very happy together.", "If you need a {0}, get this one.", "Treated myself to a {0}."];

    /// <summary>A review.</summary>
    /// <param name="item">What about.</param>
    /// <param name="rating">Stars, 1 to 5.</param>
    /// <param name="random">Where to draw from.</param>
    public static string Write(ShopItem item, int rating, RandomStream random)
    {
        var opening = Fill(random.Pick(rating switch { 5 => Thrilled, 4 => Pleased, 3 => Lukewarm, 2 => LetDown, _ => Furious }), item);
        var detail = rating switch
        {
            >= 4 => random.Pick(item.Category.Praise),
            3 => random.Pick(Quibbles),
            _ => random.Pick(item.Category.Complaint),
        };
        var end = rating switch { 5 => random.Pick(GoodEnds), 4 => random.Pick(Quibbles), 3 => "", _ => random.Pick(BadEnds) };
        return random.Whole(4) switch { 0 => opening, 1 => $"{opening} {detail}", _ => $"{opening} {detail} {end}".TrimEnd() };
    }

    /// <summary>Why something goes back.</summary>
    public static string ReasonToReturn(ShopItem item, bool disappointed, RandomStream random) =>
        random.Pick(disappointed ? item.Category.Complaint : ChangesOfMind);

    /// <summary>A happy post on a social channel.</summary>
    public static string Show(ShopItem item, RandomStream random) => Fill(random.Pick(Shows), item);

    private static string Fill(string pattern, ShopItem item) => pattern.Replace("{0}", item.Kind, StringComparison.Ordinal);
}
