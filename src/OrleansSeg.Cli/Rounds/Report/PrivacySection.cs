using OrleansSeg.Cli.Html;
using OrleansSeg.Federation;

namespace OrleansSeg.Cli.Rounds.Report;

/// <summary>The report's part on privacy: what noised steps have told, and everything that is told without noise.</summary>
internal static class PrivacySection
{
    /// <summary>Writes it.</summary>
    public static void Write(HtmlWriter html, RunStatus run)
    {
        html.Write($"<h2>Privacy</h2>\n");
        if (run.Privacy is { } spent)
        {
            foreach (var line in PrivacyWords.Of(spent))
            {
                html.Write($"<p>{line}</p>\n");
            }
        }
        else
        {
            html.Write($"<p class=\"none\">{(run.Plan.Privacy.Unit == ProtectedUnit.None ? "No noise is added: nothing bounds what the model tells of a customer." : "No noised round has begun.")}</p>\n");
        }

        if (run.Releases.IsEmpty)
        {
            return;
        }

        html.Write($"<p>Told without noise, and so outside epsilon:</p>\n");
        html.Write($"<table>\n<tr><th>what</th><th>contents</th><th>seen by</th><th class=\"number\">rounds</th></tr>\n");
        foreach (var release in run.Releases)
        {
            html.Write($"<tr><td>{release.What}</td><td>{release.Contents}</td><td>{release.SeenBy}</td><td class=\"number\">{PrivacyWords.Rounds(release)}</td></tr>\n");
        }

        html.Write($"</table>\n");
    }
}
