using System.Text;
using Azure.Data.Tables;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>A grain's state in the columns of one row: <c>Data</c>, <c>Data1</c> … <c>Data14</c>, or the same with <c>StringData</c>.</summary>
internal static class StateColumns
{
    public const int ColumnsMax = 15;
    public const int BinaryColumnBytesMax = 65_536;
    public const int TextColumnCharactersMax = 32_768;

    /// <summary>Most bytes of state in a row, whichever columns they are in.</summary>
    public const int BytesMax = ColumnsMax * BinaryColumnBytesMax;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Names of the binary columns, in order.</summary>
    public static IReadOnlyList<string> BinaryNames { get; } = Names("Data");

    /// <summary>Names of the text columns, in order.</summary>
    public static IReadOnlyList<string> TextNames { get; } = Names("StringData");

    /// <summary>Puts a state into a row that has none.</summary>
    /// <exception cref="StateTooLargeException">It does not fit.</exception>
    /// <exception cref="InvalidOperationException">Text columns were asked for and the state is not UTF-8 text.</exception>
    public static void Write(TableEntity row, ReadOnlyMemory<byte> state, bool asText)
    {
        if (state.Length > BytesMax)
        {
            throw new StateTooLargeException(state.Length, BytesMax, "bytes");
        }

        if (asText)
        {
            WriteText(row, Decode(state.Span));
            return;
        }

        for (int column = 0, begin = 0; begin < state.Length; column++, begin += BinaryColumnBytesMax)
        {
            row[BinaryNames[column]] = state.Slice(begin, Math.Min(BinaryColumnBytesMax, state.Length - begin)).ToArray();
        }
    }

    /// <summary>The state of a row, or null when no column holds any. Binary columns go before text columns.</summary>
    /// <exception cref="FormatException">A binary column is text and not base64.</exception>
    public static byte[]? Read(TableEntity row)
    {
        var binary = BinaryNames.Select(name => BytesOf(row, name)).Where(chunk => chunk.Length > 0).ToList();
        if (binary.Count > 0)
        {
            return binary is [var only] ? only : [.. binary.SelectMany(chunk => chunk)];
        }

        var text = string.Concat(TextNames.Select(name => row.TryGetValue(name, out var value) ? value as string : null));
        return text.Length > 0 ? Encoding.UTF8.GetBytes(text) : null;
    }

    private static void WriteText(TableEntity row, string text)
    {
        for (int column = 0, begin = 0; begin < text.Length; column++)
        {
            // Orleans' package drops what is beyond the last column; a state is stored whole or not at all.
            if (column == ColumnsMax)
            {
                throw new StateTooLargeException(text.Length, ColumnsMax * TextColumnCharactersMax, "characters");
            }

            var length = Math.Min(TextColumnCharactersMax, text.Length - begin);
            if (begin + length < text.Length && char.IsHighSurrogate(text[begin + length - 1]))
            {
                // Half a character would be replaced on its way to the service.
                length--;
            }

            row[TextNames[column]] = text.Substring(begin, length);
            begin += length;
        }
    }

    private static string Decode(ReadOnlySpan<byte> state)
    {
        try
        {
            return StrictUtf8.GetString(state);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidOperationException("UseStringFormat needs a StateFormat that is text; this state is not.", exception);
        }
    }

    private static byte[] BytesOf(TableEntity row, string name) => row.TryGetValue(name, out var value)
        ? value switch
        {
            byte[] bytes => bytes,
            BinaryData data => data.ToArray(),

            // A writer that left out the column's type stored base64 as text.
            string base64 => Convert.FromBase64String(base64),
            _ => [],
        }
        : [];

    private static string[] Names(string first) => [first, .. Enumerable.Range(1, ColumnsMax - 1).Select(number => $"{first}{number}")];
}
