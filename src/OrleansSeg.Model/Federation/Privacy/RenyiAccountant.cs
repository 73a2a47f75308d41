namespace OrleansSeg.Model.Federation.Privacy;

/// <summary>What one step of the Gaussian mechanism tells of a unit that is drawn into it by chance.</summary>
public static class RenyiAccountant
{
    /// <summary>Every unit is drawn by itself with the same probability; neighbours differ in one unit more or less.</summary>
    /// <param name="rate">Probability of being drawn; 0 to 1.</param>
    /// <param name="noiseMultiplier">Standard deviation of the noise over the clip norm; at least 0.</param>
    /// <remarks>
    /// Mironov, Talwar, Zhang 2019, "Rényi differential privacy of the sampled Gaussian mechanism", arXiv:1908.10530: the divergence is
    /// log A / (order - 1), by the binomial sum (section 3.3) at whole orders. Differs at others: the integral that A is (equation 4) is
    /// summed on a fine grid, in place of the two series.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its bounds.</exception>
    public static RenyiCurve Poisson(double rate, double noiseMultiplier) => Curve(rate, noiseMultiplier, order =>
    {
        if (rate == 1)
        {
            return order / (2 * noiseMultiplier * noiseMultiplier);
        }

        var logA = order == Math.Floor(order)
            ? LogAByBinomial((int)order, rate, noiseMultiplier)
            : LogAByIntegral(order, rate, noiseMultiplier);
        return logA / (order - 1);
    });

    /// <summary>A fixed number is drawn without replacement; neighbours have one unit replaced, which moves two clip norms.</summary>
    /// <param name="rate">Units drawn over all units; 0 to 1.</param>
    /// <param name="noiseMultiplier">Standard deviation of the noise over the clip norm; at least 0.</param>
    /// <remarks>
    /// Wang, Balle, Kasiviswanathan 2019, "Subsampled Rényi differential privacy and analytical moments accountant", arXiv:1808.00087,
    /// theorem 9, at whole orders; between them the cumulant (order - 1) · value is convex and so at most the straight line.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its bounds.</exception>
    public static RenyiCurve FixedSize(double rate, double noiseMultiplier) => Curve(rate, noiseMultiplier, order =>
    {
        var (below, above) = ((int)Math.Floor(order), (int)Math.Ceiling(order));
        var (low, high) = (FixedSizeCumulant(below, rate, noiseMultiplier), FixedSizeCumulant(above, rate, noiseMultiplier));
        var cumulant = low == high ? low : low + ((high - low) * (order - below));
        return Math.Min(cumulant / (order - 1), 2 * order / (noiseMultiplier * noiseMultiplier));
    });

    private static RenyiCurve Curve(double rate, double noiseMultiplier, Func<double, double> at)
    {
        if (!(rate >= 0 && rate <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "The sampling rate is between 0 and 1.");
        }

        if (!(noiseMultiplier >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(noiseMultiplier), noiseMultiplier, "The noise multiplier is at least 0.");
        }

        double Bound(double order) => noiseMultiplier == 0 ? double.PositiveInfinity : Math.Max(0, at(order));
        return rate == 0 ? RenyiCurve.Zero : new RenyiCurve([.. RenyiCurve.Orders.Select(Bound)]);
    }

    /// <summary>log A = log(1 + Σ over k of Binomial(order, rate)(k) · (exp((k² - k) / 2σ²) - 1)); no term for k of 0 and 1.</summary>
    internal static double LogAByBinomial(int order, double rate, double sigma)
    {
        var (sum, logChoose) = (double.NegativeInfinity, Math.Log(order));
        for (var k = 2; k <= order; k++)
        {
            logChoose += Math.Log((order - k + 1.0) / k);
            var exponent = k * (k - 1.0) / (2 * sigma * sigma);
            var logTerm = logChoose + (k * Math.Log(rate)) + ((order - k) * LogSpace.Log1Plus(-rate)) + LogSpace.LogExpMinus1(exponent);
            sum = LogSpace.Add(sum, logTerm);
        }

        return LogSpace.Add(0, sum);
    }

    /// <summary>log of the mean of (1 - rate + rate · exp((2z - 1) / 2σ²))^order over z normal with mean 0 and deviation σ.</summary>
    internal static double LogAByIntegral(double order, double rate, double sigma)
    {
        // The trapezoidal rule errs by about exp(-20 · points · σ) here: the integrand is analytic up to πσ² from the real line.
        var pointsOfSigma = sigma < 0.25 ? 64 : 16;
        var (sum, width) = (double.NegativeInfinity, sigma / pointsOfSigma);
        var last = (long)Math.Ceiling((order + (10 * sigma)) / width);
        for (var point = -10L * pointsOfSigma; point <= last; point++)
        {
            var z = point * width;
            var logRatio = LogSpace.Add(LogSpace.Log1Plus(-rate), Math.Log(rate) + (((2 * z) - 1) / (2 * sigma * sigma)));
            sum = LogSpace.Add(sum, (order * logRatio) - (z * z / (2 * sigma * sigma)));
        }

        return sum - Math.Log(pointsOfSigma * Math.Sqrt(2 * Math.PI));
    }

    private static double FixedSizeCumulant(int order, double rate, double sigma)
    {
        double Base(int at) => 2 * at / (sigma * sigma);
        if (order == 1)
        {
            return 0;
        }

        var logChoose = Math.Log(order) + Math.Log((order - 1) / 2.0);
        var pair = Math.Min(Math.Log(4) + LogSpace.LogExpMinus1(Base(2)), Math.Log(2) + Base(2));
        var sum = LogSpace.Add(0, (2 * Math.Log(rate)) + logChoose + pair);
        for (var j = 3; j <= order; j++)
        {
            logChoose += Math.Log((order - j + 1.0) / j);
            sum = LogSpace.Add(sum, (j * Math.Log(rate)) + logChoose + ((j - 1) * Base(j)) + Math.Log(2));
        }

        return sum;
    }
}
