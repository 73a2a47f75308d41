namespace OrleansSeg.Data.Simulation.Assortment;

/// <summary>Something the shop sells.</summary>
/// <param name="Number">Position in the catalogue.</param>
/// <param name="Code">The shop's item code.</param>
/// <param name="Title">What the customer reads.</param>
/// <param name="Kind">What it is, in a search box's words.</param>
/// <param name="Category">Its shelf.</param>
/// <param name="Pence">List price in hundredths of the site's currency.</param>
/// <param name="Quality">How good it is, normal over the catalogue: drives ratings and returns.</param>
/// <param name="Demand">How much it is wanted within its shelf, against 1.</param>
internal sealed record ShopItem(
    int Number, string Code, string Title, string Kind, ShopCategory Category, int Pence, double Quality, double Demand);
