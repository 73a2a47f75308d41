using System.Text;

namespace OrleansSeg.Model.Text.Tokenization;

/// <summary>A text rewritten, which remembers where in the original each of its UTF-16 units came from.</summary>
internal sealed class AlignedText
{
    private readonly StringBuilder _text = new();
    private readonly List<(int Start, int End)> _sources = [];

    /// <summary>Units so far.</summary>
    public int Length => _sources.Count;

    /// <summary>Adds a character that came from a part of the original.</summary>
    public void Add(Rune rune, int start, int end)
    {
        Span<char> units = stackalloc char[2];
        Add(units[..rune.EncodeToUtf16(units)], start, end);
    }

    /// <summary>Adds characters that all came from one part of the original.</summary>
    public void Add(ReadOnlySpan<char> text, int start, int end)
    {
        _text.Append(text);
        for (var i = 0; i < text.Length; i++)
        {
            _sources.Add((start, end));
        }
    }

    /// <summary>The part of the original that a part of this text came from; the part has at least one unit.</summary>
    public (int Start, int End) SourceOf(int from, int end) => (_sources[from].Start, _sources[end - 1].End);

    /// <inheritdoc />
    public override string ToString() => _text.ToString();
}
