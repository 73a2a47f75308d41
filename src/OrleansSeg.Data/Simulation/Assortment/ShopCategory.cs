namespace OrleansSeg.Data.Simulation.Assortment;

/// <summary>A shelf of the shop.</summary>
/// <param name="Name">What the shop calls it.</param>
/// <param name="Code">Three letters that begin its item codes.</param>
/// <param name="PriceMedian">Median price in the site's currency.</param>
/// <param name="PriceDeviation">Deviation of the prices' logarithm.</param>
/// <param name="ReturnShare">Share of lines sent back when nothing is wrong with them.</param>
/// <param name="UsedUp">Whether people buy the same thing again.</param>
/// <param name="Popularity">How much of the shop's trade it is, against 1 for an ordinary shelf.</param>
/// <param name="Months">How much it is wanted in each month, January first, against 1.</param>
/// <param name="Praise">What a happy customer says of its items.</param>
/// <param name="Complaint">What an unhappy customer says of its items.</param>
/// <param name="Lines">Its items, one line for each kind: <c>kind: variant, variant</c>.</param>
internal sealed record ShopCategory(
    string Name,
    string Code,
    double PriceMedian,
    double PriceDeviation,
    double ReturnShare,
    bool UsedUp,
    double Popularity,
    double[] Months,
    string[] Praise,
    string[] Complaint,
    string Lines);
