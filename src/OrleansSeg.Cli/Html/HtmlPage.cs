using OrleansSeg.Cli.Rounds;

namespace OrleansSeg.Cli.Html;

/// <summary>A page that loads nothing: it opens offline, and from a mail.</summary>
internal static class HtmlPage
{
    /// <summary>Begins a page.</summary>
    public static void Begin(HtmlWriter html, string title)
    {
        html.Write($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.Write($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
        html.Write($"<title>{title}</title>\n<style>{ReportStyle.Sheet}</style>\n</head>\n<body>\n");
    }

    /// <summary>Ends it.</summary>
    /// <param name="html">The page.</param>
    /// <param name="command">What wrote it.</param>
    /// <param name="now">When.</param>
    public static void End(HtmlWriter html, string command, DateTimeOffset now) =>
        html.Write($"<footer>Written {RunWords.Instant(now)} by <code>{command}</code>. Times are UTC.</footer>\n</body>\n</html>\n");

    /// <summary>Names and values, one a row.</summary>
    public static void Facts(HtmlWriter html, IEnumerable<(string Name, string Value)> facts)
    {
        html.Write($"<table>\n");
        foreach (var (name, value) in facts)
        {
            html.Write($"<tr><th scope=\"row\">{name}</th><td>{value}</td></tr>\n");
        }

        html.Write($"</table>\n");
    }
}
