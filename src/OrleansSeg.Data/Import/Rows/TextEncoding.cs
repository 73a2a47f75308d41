using System.Text;

namespace OrleansSeg.Data.Import.Rows;

/// <summary>How a file's bytes become text.</summary>
/// <remarks>
/// An encoding that is asked for, or that a byte order mark names, is held to: bytes that are no text in it reject their row. Without
/// either, text is UTF-8, and a byte sequence that is no UTF-8 is read as Windows-1252 and counted: a file in Windows-1252 comes out
/// right, and so does one in which two sources were pasted together.
/// </remarks>
internal sealed class TextEncoding
{
    private static readonly Encoding Windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    private readonly Windows1252Fallback? _repairs;

    private TextEncoding(string name, string codePage, Windows1252Fallback? repairs)
    {
        Name = name;
        _repairs = repairs;
        DecoderFallback fallback = repairs is null ? new DecoderReplacementFallback(TextSource.BadBytes.ToString()) : repairs;
        Decoder = CodePagesEncodingProvider.Instance.GetEncoding(codePage, EncoderFallback.ReplacementFallback, fallback)
            ?? Encoding.GetEncoding(codePage, EncoderFallback.ReplacementFallback, fallback);
    }

    /// <summary>The name of the encoding.</summary>
    public string Name { get; }

    /// <summary>Turns bytes into text.</summary>
    public Encoding Decoder { get; }

    /// <summary>Whether bytes that are no text come out as <see cref="TextSource.BadBytes"/>.</summary>
    public bool MarksBadBytes => _repairs is null;

    /// <summary>Byte sequences that were read as Windows-1252 because they are no UTF-8.</summary>
    public long Repairs => _repairs?.Count ?? 0;

    /// <summary>The encoding of a name.</summary>
    /// <exception cref="ImportUsageException">There is none of that name.</exception>
    public static TextEncoding Named(string name)
    {
        try
        {
            return new TextEncoding(name, name, null);
        }
        catch (ArgumentException problem)
        {
            throw new ImportUsageException($"There is no text encoding '{name}': a name such as utf-8, utf-16, windows-1252 or gb18030 was expected.", problem);
        }
    }

    /// <summary>The encoding that the first bytes of a file speak for.</summary>
    public static TextEncoding Of(ReadOnlySpan<byte> start) => start switch
    {
        [0xEF, 0xBB, 0xBF, ..] => Named("utf-8"),
        [0xFF, 0xFE, 0, 0, ..] => Named("utf-32"),
        [0xFF, 0xFE, ..] => Named("utf-16"),
        [0xFE, 0xFF, ..] => Named("utf-16BE"),
        _ => ByZeros(start),
    };

    /// <summary>Text in a script of one byte a letter has a zero in every other byte of UTF-16, and none elsewhere.</summary>
    private static TextEncoding ByZeros(ReadOnlySpan<byte> start)
    {
        var zeros = (Even: 0, Odd: 0);
        for (var i = 0; i < start.Length; i++)
        {
            if (start[i] == 0)
            {
                zeros = i % 2 == 0 ? (zeros.Even + 1, zeros.Odd) : (zeros.Even, zeros.Odd + 1);
            }
        }

        var many = start.Length / 4;
        return zeros.Odd > many && zeros.Even == 0 ? Named("utf-16")
            : zeros.Even > many && zeros.Odd == 0 ? Named("utf-16BE")
            : new TextEncoding("utf-8", "utf-8", new Windows1252Fallback());
    }

    private sealed class Windows1252Fallback : DecoderFallback
    {
        public long Count { get; private set; }

        /// <summary>A sequence that is no UTF-8 has at most three bytes.</summary>
        public override int MaxCharCount => 3;

        public override DecoderFallbackBuffer CreateFallbackBuffer() => new Buffer(this);

        private sealed class Buffer(Windows1252Fallback owner) : DecoderFallbackBuffer
        {
            private string _text = "";
            private int _next;

            public override int Remaining => _text.Length - _next;

            public override bool Fallback(byte[] bytesUnknown, int index)
            {
                owner.Count++;
                (_text, _next) = (Windows1252.GetString(bytesUnknown), 0);
                return true;
            }

            public override char GetNextChar() => _next < _text.Length ? _text[_next++] : '\0';

            public override bool MovePrevious()
            {
                _next -= _next > 0 ? 1 : 0;
                return _next > 0;
            }

            public override void Reset() => (_text, _next) = ("", 0);
        }
    }
}
