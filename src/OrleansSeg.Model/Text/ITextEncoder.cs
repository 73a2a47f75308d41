namespace OrleansSeg.Model.Text;

/// <summary>Gives a text its vector. Implementations answer from any thread.</summary>
public interface ITextEncoder
{
    /// <summary>Width of the vectors (X).</summary>
    int Dimension { get; }

    /// <summary>(X) vector of one text; the caller does not change it.</summary>
    ReadOnlySpan<float> Encode(string text);

    /// <summary>Makes the vectors of many texts ready, where that is cheaper than one by one when <see cref="Encode"/> asks for each.</summary>
    /// <param name="texts">The texts; repeated ones count once.</param>
    void Prepare(IEnumerable<string> texts)
    {
    }
}

/// <summary>Gives every text the same nothing: for networks without text.</summary>
/// <param name="dimension">Width of the vectors.</param>
public sealed class NoTextEncoder(int dimension) : ITextEncoder
{
    private readonly float[] _zero = new float[dimension];

    /// <inheritdoc />
    public int Dimension => dimension;

    /// <inheritdoc />
    public ReadOnlySpan<float> Encode(string text) => _zero;
}
