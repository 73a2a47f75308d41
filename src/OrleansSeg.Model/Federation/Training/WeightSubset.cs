using System.Collections.Immutable;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>Some weights of a layout as one vector of their own, in the layout's order.</summary>
/// <param name="Entries">Where they lie in the whole.</param>
public sealed record WeightSubset(ImmutableArray<WeightEntry> Entries)
{
    /// <summary>Numbers in the vector.</summary>
    public int Length => Entries.Sum(entry => entry.Length);

    /// <summary>The weights whose names are chosen.</summary>
    public static WeightSubset Of(WeightLayout layout, Func<string, bool> chosen)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return new WeightSubset([.. layout.Entries.Where(entry => chosen(entry.Name))]);
    }

    /// <summary>Takes the vector out of the whole (P).</summary>
    public float[] Read(ReadOnlySpan<float> whole)
    {
        var (values, at) = (new float[Length], 0);
        foreach (var entry in Entries)
        {
            whole.Slice(entry.Offset, entry.Length).CopyTo(values.AsSpan(at));
            at += entry.Length;
        }

        return values;
    }

    /// <summary>Puts the vector into the whole (P).</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is of another length.</exception>
    public void Write(ReadOnlySpan<float> values, Span<float> whole)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, Length, nameof(values));
        var at = 0;
        foreach (var entry in Entries)
        {
            values.Slice(at, entry.Length).CopyTo(whole.Slice(entry.Offset, entry.Length));
            at += entry.Length;
        }
    }
}
