using System.Collections.Immutable;

namespace OrleansSeg.Data.Simulation.Assortment;

/// <summary>The shelves of a shop that sells things for house, garden and leisure.</summary>
internal static partial class ShopCategories
{
    private static readonly double[] AllYear = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];

    /// <summary>Every shelf.</summary>
    public static ImmutableArray<ShopCategory> All { get; } =
    [
        new("Kitchen", "KIT", 17, 0.55, 0.04, false, 1.3, AllYear,
            ["Heats evenly and cleans up in no time.", "Feels solid in the hand.", "It has been in use every day since.", "Looks good on the table too."],
            ["It chipped after the first wash.", "Much smaller than the picture suggests.", "The handle came loose within a week.", "It arrived with a scratch right across."],
            KitchenLines),
        new("Home decor", "DEC", 14, 0.55, 0.05, false, 1.4, [0.7, 0.8, 0.9, 0.9, 0.9, 0.8, 0.8, 0.8, 1.0, 1.3, 1.7, 1.6],
            ["The colour is just as warm as in the picture.", "It makes the hallway.", "Two friends have asked where it is from.", "Beautifully made."],
            ["The colour is nothing like the picture.", "It smells of glue.", "One corner was crushed.", "It will not stand straight."],
            DecorLines),
        new("Garden", "GAR", 21, 0.65, 0.04, false, 1.0, [0.3, 0.6, 1.2, 1.8, 1.9, 1.6, 1.3, 1.0, 0.8, 0.6, 0.4, 0.3],
            ["It has stood a whole wet spring without a mark.", "Sharp, light and well balanced.", "The slugs have given up.", "Sturdier than it looks."],
            ["It rusted after one night of rain.", "The stem bent the first time it met clay.", "Half of the seeds never came up.", "A leak at the seam from the start."],
            GardenLines),
        new("Clothing", "CLO", 31, 0.4, 0.19, false, 1.2, [0.8, 0.8, 1.0, 1.0, 1.0, 0.9, 0.8, 0.9, 1.2, 1.2, 1.3, 1.2],
            ["The fit is perfect and the cloth is soft.", "Warm without being heavy.", "Washed five times and still like new.", "I have ordered a second one in another colour."],
            ["It runs two sizes small.", "The seam opened the first time I wore it.", "It lost its shape in the wash.", "The cloth is thin and scratchy."],
            ClothingLines),
        new("Toys and games", "TOY", 18, 0.55, 0.04, false, 1.1, [0.6, 0.7, 0.8, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 1.1, 1.8, 2.1],
            ["Played with every day since the birthday.", "Kept four children busy all afternoon.", "Clever, sturdy and quick to explain.", "The wood is smooth and the paint holds."],
            ["Two pieces were missing from the box.", "The paint came off on little fingers.", "It broke on the first evening.", "The rules make no sense."],
            ToyLines),
        new("Stationery", "STA", 7, 0.45, 0.01, true, 1.1, [1.1, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 1.3, 1.5, 1.0, 1.2, 1.4],
            ["The paper takes ink without bleeding.", "A pleasure to write with.", "Lies flat and lasts the year.", "Just the thing for the desk."],
            ["The ink skips on every other line.", "The pages came loose at once.", "The cover arrived bent.", "It dried out in a fortnight."],
            StationeryLines),
        new("Bath and body", "BAT", 13, 0.45, 0.02, true, 1.0, [0.9, 1.1, 1.0, 0.9, 1.1, 0.9, 0.9, 0.9, 0.9, 1.0, 1.3, 1.5],
            ["My skin has never been better.", "A clean scent that is not too strong.", "A little goes a long way.", "The bottle looks lovely on the shelf."],
            ["It brought me out in a rash.", "The scent is overpowering.", "The pump was broken.", "It leaked all over the parcel."],
            BathLines),
        new("Food and drink", "FOO", 8, 0.4, 0.01, true, 1.1, [0.8, 0.9, 1.0, 1.0, 0.9, 0.9, 0.8, 0.8, 0.9, 1.0, 1.3, 1.8],
            ["Gone within two days.", "The best we have tasted.", "Rich, fresh and not too sweet.", "Our guests asked for the name."],
            ["It was past its date when it came.", "The jar was broken in the parcel.", "Stale, and far too sweet.", "It tastes of nothing."],
            FoodLines),
        new("Electronics", "ELE", 58, 0.75, 0.09, false, 0.7, [1.0, 0.8, 0.8, 0.8, 0.8, 0.8, 0.9, 0.9, 1.0, 1.0, 1.9, 1.5],
            ["Set up in two minutes and never a hitch.", "The battery lasts for days.", "Clear sound for its size.", "It does what it should, every time."],
            ["It stopped charging after a week.", "It loses the connection every few minutes.", "The instructions are useless.", "It gets hot and then goes dead."],
            ElectronicsLines),
        new("Outdoor and sport", "OUT", 36, 0.6, 0.08, false, 0.8, [0.8, 0.7, 0.9, 1.2, 1.4, 1.5, 1.4, 1.1, 0.9, 0.7, 0.8, 0.9],
            ["Dry and warm through a whole night of rain.", "Light enough to forget about.", "It has done four hundred miles already.", "Packs down to nothing."],
            ["The zip jammed on the first evening.", "It let the rain in.", "A strap tore on the second walk.", "Far heavier than it says."],
            OutdoorLines),
    ];
}
