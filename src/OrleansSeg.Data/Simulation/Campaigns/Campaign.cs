namespace OrleansSeg.Data.Simulation.Campaigns;

/// <summary>One message to everybody who accepts them.</summary>
/// <param name="Code">The shop's code of the campaign.</param>
/// <param name="Day">Calendar day since the opening on which it is sent.</param>
/// <param name="Category">Position of the shelf it is about.</param>
/// <param name="DiscountPercent">What the shelf is reduced by for a week, 0 for nothing.</param>
/// <param name="Subject">The subject line.</param>
internal sealed record Campaign(string Code, int Day, int Category, int DiscountPercent, string Subject);
