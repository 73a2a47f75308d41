using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;

namespace OrleansSeg.Model.Training;

/// <summary>One customer at one cutoff, before labels are drawn: the facts every rule of the scheme needs.</summary>
/// <param name="CustomerId">Whose it is.</param>
/// <param name="Cutoff">Nothing in the input is later.</param>
/// <param name="Input">Features as of the cutoff.</param>
/// <param name="HasPurchased">Whether the history holds a purchase.</param>
/// <param name="NewCustomer">Whether the first purchase is recent, see <see cref="Segments.PredictiveLabels.NewCustomerDays"/>.</param>
/// <param name="FutureDays">Distinct purchase days in the horizon.</param>
/// <param name="FutureSpend">Gross spend in the horizon.</param>
public sealed record AsOfExample(
    string CustomerId,
    DateTimeOffset Cutoff,
    CustomerInput Input,
    bool HasPurchased,
    bool NewCustomer,
    int FutureDays,
    decimal FutureSpend)
{
    /// <summary>Recency, frequency and money at the end of the horizon.</summary>
    public RfmState Ending { get; init; }
}
