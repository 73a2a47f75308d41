using System.Collections.Immutable;
using System.Globalization;

namespace OrleansSeg.Model.Tuning;

/// <summary>One thing that a search may change, and the values that it may take.</summary>
public sealed record SearchParameter
{
    private SearchParameter(string name, double low, double high, double usual)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        (Name, Low, High, Usual) = (name, low, high, usual);
    }

    /// <summary>Its name in records and on the command line.</summary>
    public string Name { get; }

    /// <summary>Least value; 0 for a choice.</summary>
    public double Low { get; }

    /// <summary>Greatest value, included; the last one's index for a choice.</summary>
    public double High { get; }

    /// <summary>The value where nothing is searched; an index for a choice.</summary>
    public double Usual { get; }

    /// <summary>Whether ratios count and not differences, as for rates.</summary>
    public bool IsLogarithmic { get; private init; }

    /// <summary>Whether only whole numbers are possible.</summary>
    public bool IsWhole { get; private init; }

    /// <summary>What is chosen from; empty for numbers.</summary>
    public ImmutableArray<string> Choices { get; private init; } = [];

    /// <summary>Whether it is one of <see cref="Choices"/>, which have no order.</summary>
    public bool IsChoice => !Choices.IsEmpty;

    /// <summary>How many values there are; null where there is no end of them.</summary>
    public long? ValueCount => IsWhole ? (long)(High - Low) + 1 : Low < High ? null : 1;

    /// <summary>A number.</summary>
    /// <exception cref="ArgumentException">The bounds are no range, or the usual value is outside.</exception>
    public static SearchParameter Number(string name, double low, double high, double usual, bool logarithmic = false) =>
        Checked(new SearchParameter(name, low, high, usual) { IsLogarithmic = logarithmic });

    /// <summary>A whole number.</summary>
    /// <exception cref="ArgumentException">The bounds are no range, or the usual value is outside.</exception>
    public static SearchParameter Whole(string name, int low, int high, int usual, bool logarithmic = false) =>
        Checked(new SearchParameter(name, low, high, usual) { IsLogarithmic = logarithmic, IsWhole = true });

    /// <summary>One of several things without an order; the first is the usual one.</summary>
    public static SearchParameter Choice(string name, params ImmutableArray<string> choices) =>
        Checked(new SearchParameter(name, 0, choices.Length - 1, 0) { IsWhole = true, Choices = choices });

    /// <summary>The value at a place between 0 and 1.</summary>
    /// <remarks>Whole numbers and choices share the places evenly.</remarks>
    public double ValueAt(double place)
    {
        if (IsWhole && !IsLogarithmic)
        {
            return Math.Min(High, Math.Floor(Low + (Math.Clamp(place, 0, 1) * (High - Low + 1))));
        }

        var value = IsLogarithmic
            ? Low * Math.Pow(High / Low, Math.Clamp(place, 0, 1))
            : Low + (Math.Clamp(place, 0, 1) * (High - Low));
        return Math.Clamp(IsWhole ? Math.Round(value) : value, Low, High);
    }

    /// <summary>The place of a value, between 0 and 1; what <see cref="ValueAt"/> takes back to the value.</summary>
    public double PlaceOf(double value) => this switch
    {
        { IsWhole: true, IsLogarithmic: false } => (value - Low + 0.5) / (High - Low + 1),
        _ when High <= Low => 0.5,
        { IsLogarithmic: true } => Math.Log(value / Low) / Math.Log(High / Low),
        _ => (value - Low) / (High - Low),
    };

    /// <summary>A value as records and people read it.</summary>
    public string Describe(double value) => IsChoice ? Choices[(int)value] : value.ToString("G6", CultureInfo.InvariantCulture);

    private static SearchParameter Checked(SearchParameter parameter) =>
        parameter.Low <= parameter.High && parameter.Usual >= parameter.Low && parameter.Usual <= parameter.High && (!parameter.IsLogarithmic || parameter.Low > 0)
            ? parameter
            : throw new ArgumentException($"{parameter.Name}: {parameter.Low} to {parameter.High}, usually {parameter.Usual}, is no range that can be searched.");
}
