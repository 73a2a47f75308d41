using System.Collections.Immutable;

namespace OrleansSeg.Model.Federation.Privacy;

/// <summary>A bound of the Rényi divergence between what two neighbouring data sets release, at each of <see cref="Orders"/>.</summary>
/// <remarks>Mironov 2017, "Rényi differential privacy", arXiv:1702.07476. Releases that follow each other add up (proposition 1).</remarks>
public sealed record RenyiCurve
{
    /// <summary>A bound at each order.</summary>
    /// <exception cref="ArgumentException">There is not one of at least 0 for every order.</exception>
    public RenyiCurve(ImmutableArray<double> values)
    {
        if (values.IsDefault || values.Length != Orders.Length || !values.All(value => value >= 0))
        {
            throw new ArgumentException($"A curve has {Orders.Length} values of at least 0.", nameof(values));
        }

        Values = values;
    }

    /// <summary>The orders: 1.1 to 10.9 by tenths, 11 to 64 by ones, and four above for releases that say little.</summary>
    public static ImmutableArray<double> Orders { get; } =
        [.. Enumerable.Range(1, 99).Select(i => 1 + (i / 10.0)), .. Enumerable.Range(11, 54).Select(i => (double)i), 128, 256, 512, 1024];

    /// <summary>Nothing released.</summary>
    public static RenyiCurve Zero { get; } = new([.. Orders.Select(_ => 0.0)]);

    /// <summary>The bounds, in the order of <see cref="Orders"/>.</summary>
    public ImmutableArray<double> Values { get; }

    /// <summary>Both releases, one after the other.</summary>
    public RenyiCurve And(RenyiCurve other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new RenyiCurve([.. Values.Zip(other.Values, (left, right) => left + right)]);
    }

    /// <summary>A bound of either release, where a unit is in one of them alone.</summary>
    public RenyiCurve Or(RenyiCurve other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new RenyiCurve([.. Values.Zip(other.Values, Math.Max)]);
    }

    /// <summary>The same release so many times.</summary>
    public RenyiCurve Times(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new RenyiCurve([.. Values.Select(value => count == 0 ? 0 : value * count)]);
    }

    /// <summary>The smallest ε that the curve shows at a δ.</summary>
    /// <param name="delta">Above 0 and below 1.</param>
    /// <remarks>
    /// Canonne, Kamath, Steinke 2020, "The discrete Gaussian for differential privacy", arXiv:2004.00010, proposition 12; the same as
    /// Balle et al. 2020, "Hypothesis testing interpretations and Rényi differential privacy", arXiv:1905.09982, theorem 21.
    /// </remarks>
    public PrivacyLoss At(double delta)
    {
        if (!(delta > 0 && delta < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(delta), delta, "Delta is above 0 and below 1.");
        }

        var best = new PrivacyLoss(double.PositiveInfinity, delta, Orders[0]);
        foreach (var (order, value) in Orders.Zip(Values))
        {
            var epsilon = value == 0
                ? 0
                : Math.Max(0, value + Math.Log((order - 1) / order) - ((Math.Log(delta) + Math.Log(order)) / (order - 1)));
            best = epsilon < best.Epsilon ? new PrivacyLoss(epsilon, delta, order) : best;
        }

        return best;
    }
}

/// <summary>What a release can tell of one unit at most: (ε, δ)-differential privacy.</summary>
/// <param name="Epsilon">ε; infinite for no privacy at all.</param>
/// <param name="Delta">δ.</param>
/// <param name="Order">The Rényi order that shows it.</param>
public sealed record PrivacyLoss(double Epsilon, double Delta, double Order);
