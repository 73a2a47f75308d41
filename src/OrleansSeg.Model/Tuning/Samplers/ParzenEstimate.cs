namespace OrleansSeg.Model.Tuning.Samplers;

/// <summary>A density over one parameter's places, from what was seen: a mixture of normal distributions cut off at 0 and 1, or of a choice's shares.</summary>
/// <remarks>
/// Bergstra et al. 2011, Algorithms for hyper-parameter optimization, section 4: each place's width is the distance to the farther of its two
/// neighbours, and one wide component stands for what nobody has seen.
/// </remarks>
internal sealed class ParzenEstimate
{
    private const double PriorWidth = 1;
    private const int DrawsMax = 100;

    private readonly int _choices;
    private readonly double[] _shares = [];
    private readonly (double Middle, double Width, double Mass)[] _parts = [];

    /// <summary>Estimates.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="values">Its values in the trials that count.</param>
    public ParzenEstimate(SearchParameter parameter, IReadOnlyList<double> values)
    {
        if (parameter.IsChoice)
        {
            _choices = parameter.Choices.Length;
            _shares = [.. Enumerable.Range(0, _choices).Select(choice =>
                (values.Count(value => (int)value == choice) + (1.0 / _choices)) / (values.Count + 1.0))];
            return;
        }

        double[] places = [.. values.Select(parameter.PlaceOf).Order()];
        var widthMin = 1.0 / (1 + Math.Min(100, places.Length + 1));
        _parts = [.. places.Select((place, i) =>
        {
            var (left, right) = (place - (i == 0 ? 0 : places[i - 1]), (i == places.Length - 1 ? 1 : places[i + 1]) - place);
            return Part(place, Math.Clamp(Math.Max(left, right), widthMin, PriorWidth));
        }), Part(0.5, PriorWidth)];
    }

    /// <summary>Draws a place; for a choice its index.</summary>
    public double Draw(Random random)
    {
        if (_choices > 0)
        {
            var left = random.NextDouble();
            for (var choice = 0; choice < _choices - 1; choice++)
            {
                left -= _shares[choice];
                if (left < 0)
                {
                    return choice;
                }
            }

            return _choices - 1;
        }

        var (middle, width, _) = _parts[random.Next(_parts.Length)];
        for (var draw = 0; draw < DrawsMax; draw++)
        {
            var place = middle + (width * Normal(random));
            if (place is >= 0 and <= 1)
            {
                return place;
            }
        }

        return middle;
    }

    /// <summary>The logarithm of the density at a place, or of a choice's share.</summary>
    public double LogDensity(double place) => Math.Log(_choices > 0
        ? _shares[(int)place]
        : _parts.Sum(part => Math.Exp(-0.5 * Math.Pow((place - part.Middle) / part.Width, 2)) / (part.Width * part.Mass)) / _parts.Length);

    private static (double Middle, double Width, double Mass) Part(double middle, double width) =>
        (middle, width, Cumulative((1 - middle) / width) - Cumulative(-middle / width));

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    // Abramowitz and Stegun 1964, 26.2.17: wrong by less than 7.5e-8.
    private static double Cumulative(double z)
    {
        var t = 1 / (1 + (0.2316419 * Math.Abs(z)));
        var tail = Math.Exp(-0.5 * z * z) / Math.Sqrt(2 * Math.PI)
            * t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return z >= 0 ? 1 - tail : tail;
    }
}
