using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace OrleansSeg.Cli.Html;

/// <summary>Writes HTML. What stands in the braces of an interpolated string is escaped, always, so that no text can become markup.</summary>
internal sealed class HtmlWriter
{
    private readonly StringBuilder _text = new();

    /// <summary>Writes markup with values in it.</summary>
    public HtmlWriter Write([InterpolatedStringHandlerArgument("")] Markup markup)
    {
        _ = markup;
        return this;
    }

    /// <inheritdoc />
    public override string ToString() => _text.ToString();

    /// <summary>Markup under way: literals as they are, values escaped.</summary>
    [InterpolatedStringHandler]
    public readonly struct Markup
    {
        private readonly StringBuilder _text;

        public Markup(int literalLength, int formattedCount, HtmlWriter writer)
        {
            _ = (literalLength, formattedCount);
            _text = writer._text;
        }

        public void AppendLiteral(string markup) => _text.Append(markup);

        public void AppendFormatted(string? value) => _text.Append(WebUtility.HtmlEncode(value));

        public void AppendFormatted<T>(T value, string? format = null)
            where T : IFormattable => AppendFormatted(value.ToString(format, CultureInfo.InvariantCulture));
    }
}
