using System.Collections.Immutable;

namespace OrleansSeg.Model.Tuning;

/// <summary>All that a search may change. A point of it has one value for each parameter, in their order.</summary>
public sealed class SearchSpace
{
    /// <summary>Declares the space.</summary>
    /// <param name="parameters">At least one, of different names; a grid varies the first ones first.</param>
    /// <exception cref="ArgumentException">There is none, or a name comes twice.</exception>
    public SearchSpace(params ImmutableArray<SearchParameter> parameters)
    {
        if (parameters.IsDefaultOrEmpty || parameters.DistinctBy(parameter => parameter.Name, StringComparer.Ordinal).Count() < parameters.Length)
        {
            throw new ArgumentException("A space has at least one parameter, and each name once.", nameof(parameters));
        }

        Parameters = parameters;
    }

    /// <summary>The parameters.</summary>
    public ImmutableArray<SearchParameter> Parameters { get; }

    /// <summary>The point that is taken where nothing is searched.</summary>
    public ImmutableArray<double> Usual => [.. Parameters.Select(parameter => parameter.Usual)];

    /// <summary>The value of a parameter at a point.</summary>
    /// <exception cref="ArgumentException">There is no such parameter.</exception>
    public double Value(ImmutableArray<double> point, string name) => point[IndexOf(name)];

    /// <summary>The chosen thing at a point.</summary>
    /// <exception cref="ArgumentException">There is no such parameter.</exception>
    public string Choice(ImmutableArray<double> point, string name) => Parameters[IndexOf(name)].Choices[(int)point[IndexOf(name)]];

    private int IndexOf(string name)
    {
        for (var i = 0; i < Parameters.Length; i++)
        {
            if (Parameters[i].Name == name)
            {
                return i;
            }
        }

        throw new ArgumentException($"The space has no '{name}'.", nameof(name));
    }
}
