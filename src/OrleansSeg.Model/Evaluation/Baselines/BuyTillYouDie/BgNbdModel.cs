using static OrleansSeg.Model.Evaluation.Baselines.BuyTillYouDie.SpecialFunctions;

namespace OrleansSeg.Model.Evaluation.Baselines.BuyTillYouDie;

/// <summary>The BG/NBD model: buyers buy at random at a rate of their own, and after each repeat purchase leave for good with a chance of their own.</summary>
/// <remarks>
/// Fader, Hardie and Lee 2005, "Counting Your Customers" the Easy Way: An Alternative to the Pareto/NBD Model, Marketing Science 24(2). Rates are
/// gamma distributed over buyers with shape r and rate α, chances beta distributed with a and b. Time is in weeks.
/// </remarks>
/// <param name="R">Shape of the rates (r).</param>
/// <param name="Alpha">Rate of the rates (α).</param>
/// <param name="A">First parameter of the chances (a).</param>
/// <param name="B">Second parameter of the chances (b).</param>
public sealed record BgNbdModel(double R, double Alpha, double A, double B)
{
    // The part of the likelihood that all buyers share.
    private readonly double _shared = (R * Math.Log(Alpha)) - LogGamma(R) + LogGamma(A + B) - LogGamma(B);

    /// <summary>Fits by maximum likelihood.</summary>
    /// <param name="buyers">Everybody who ever bought.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public static BgNbdModel Fit(IEnumerable<PurchaseSummary> buyers, CancellationToken cancellationToken)
    {
        // Equal histories have equal likelihoods; with days for a clock there are many.
        var counted = buyers.Select(buyer => buyer with { MeanSpend = 0 }).CountBy(buyer => buyer).ToList();
        var total = (double)counted.Sum(buyer => buyer.Value);
        var found = SimplexSearch.Minimize(
            logs =>
            {
                var model = Of(logs);
                var loss = -counted.Sum(buyer => buyer.Value * model.LogLikelihood(buyer.Key)) / total;
                return double.IsFinite(loss) ? loss : double.PositiveInfinity;
            },
            [0, 1, 0, 0],
            cancellationToken);
        return Of(found);
    }

    /// <summary>Log likelihood of one history: equation 6 for one buyer.</summary>
    public double LogLikelihood(PurchaseSummary buyer)
    {
        var x = buyer.Repeats;
        var common = _shared + LogGamma(R + x) + LogGamma(B + x) - LogGamma(A + B + x);
        var alive = -(R + x) * Math.Log(Alpha + buyer.Age);
        if (x == 0)
        {
            return common + alive;
        }

        var gone = Math.Log(A) - Math.Log(B + x - 1) - ((R + x) * Math.Log(Alpha + buyer.LastRepeat));
        var larger = Math.Max(alive, gone);
        return common + larger + Math.Log(Math.Exp(alive - larger) + Math.Exp(gone - larger));
    }

    /// <summary>Probability that a buyer has not left: 1 without a repeat, since leaving follows a repeat.</summary>
    public double Alive(PurchaseSummary buyer) => buyer.Repeats == 0
        ? 1
        : 1 / (1 + (A / (B + buyer.Repeats - 1) * Math.Pow((Alpha + buyer.Age) / (Alpha + buyer.LastRepeat), R + buyer.Repeats)));

    /// <summary>Probability of no purchase in the coming weeks.</summary>
    /// <remarks>Gone, or there and not buying: of who is still there the rate is gamma distributed with r + x and α + T, so nothing comes for t with ((α + T) / (α + T + t))^(r + x).</remarks>
    public double Silent(PurchaseSummary buyer, double weeks) =>
        1 - (Alive(buyer) * (1 - Math.Pow((Alpha + buyer.Age) / (Alpha + buyer.Age + weeks), R + buyer.Repeats)));

    /// <summary>Expected purchase days in the coming weeks: equation 10.</summary>
    public double Expected(PurchaseSummary buyer, double weeks)
    {
        // At a = 1 the formula is a limit; this close to it is as good.
        var a = Math.Abs(A - 1) < 1e-6 ? 1 + 1e-6 : A;
        var (x, whole) = (buyer.Repeats, Alpha + buyer.Age + weeks);
        var stay = Math.Pow((Alpha + buyer.Age) / whole, R + x) * Hypergeometric(R + x, B + x, a + B + x - 1, weeks / whole);
        return (a + B + x - 1) / (a - 1) * (1 - stay) * Alive(buyer);
    }

    private static BgNbdModel Of(double[] logs) => new(Math.Exp(logs[0]), Math.Exp(logs[1]), Math.Exp(logs[2]), Math.Exp(logs[3]));
}
