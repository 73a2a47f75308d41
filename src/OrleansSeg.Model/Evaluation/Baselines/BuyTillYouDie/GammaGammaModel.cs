using static OrleansSeg.Model.Evaluation.Baselines.BuyTillYouDie.SpecialFunctions;

namespace OrleansSeg.Model.Evaluation.Baselines.BuyTillYouDie;

/// <summary>The gamma-gamma model of what a purchase day is worth: amounts vary about a mean of the buyer's own, and means vary over buyers.</summary>
/// <remarks>
/// Fader, Hardie and Lee 2005, RFM and CLV: Using Iso-Value Curves for Customer Base Analysis, Journal of Marketing Research 42(4); Fader and Hardie
/// 2013, The Gamma-Gamma Model of Monetary Value. Amounts are gamma distributed with shape p and a rate that is gamma distributed with shape q and
/// rate γ. It takes amounts to say nothing of how often somebody buys. Differs: the first purchase day counts, so that who bought once is seen.
/// </remarks>
/// <param name="P">Shape of the amounts.</param>
/// <param name="Q">Shape of the rates.</param>
/// <param name="Gamma">Rate of the rates, in the site's currency.</param>
public sealed record GammaGammaModel(double P, double Q, double Gamma)
{
    private const double ShapeMin = 1e-3;

    /// <summary>Fits by maximum likelihood on buyers who spent anything.</summary>
    /// <param name="buyers">Everybody who ever bought.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public static GammaGammaModel Fit(IEnumerable<PurchaseSummary> buyers, CancellationToken cancellationToken)
    {
        var spenders = buyers.Where(buyer => buyer.MeanSpend > 0).ToList();
        if (spenders.Count == 0)
        {
            return new GammaGammaModel(1, 2, 0);
        }

        var scale = Math.Log(spenders.Average(buyer => buyer.MeanSpend));
        var found = SimplexSearch.Minimize(
            logs =>
            {
                var model = Of(logs);
                var loss = -spenders.Average(model.LogLikelihood);
                return double.IsFinite(loss) ? loss : double.PositiveInfinity;
            },
            [1, 1, scale],
            cancellationToken);
        return Of(found);
    }

    /// <summary>Log likelihood of one buyer's mean spend over that many purchase days.</summary>
    public double LogLikelihood(PurchaseSummary buyer)
    {
        var (days, mean) = (buyer.Repeats + 1, buyer.MeanSpend);
        return LogGamma((P * days) + Q) - LogGamma(P * days) - LogGamma(Q) + (Q * Math.Log(Gamma)) + (((P * days) - 1) * Math.Log(mean))
            + (P * days * Math.Log(days)) - (((P * days) + Q) * Math.Log(Gamma + (days * mean)));
    }

    /// <summary>Expected spend of a purchase day to come.</summary>
    public double Expected(PurchaseSummary buyer)
    {
        var days = buyer.Repeats + 1;
        return (Gamma + (days * buyer.MeanSpend)) * P / Math.Max(ShapeMin, (P * days) + Q - 1);
    }

    private static GammaGammaModel Of(double[] logs) => new(Math.Exp(logs[0]), Math.Exp(logs[1]), Math.Exp(logs[2]));
}
