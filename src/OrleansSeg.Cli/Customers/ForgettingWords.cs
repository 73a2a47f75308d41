using System.Globalization;
using OrleansSeg.Customers;

namespace OrleansSeg.Cli.Customers;

/// <summary>Which model versions may still know an erased customer, as people read it.</summary>
internal static class ForgettingWords
{
    /// <summary>Some lines; the last says what is left to do.</summary>
    public static IEnumerable<string> Of(Forgetting? forgetting)
    {
        if (forgetting is null)
        {
            yield return "Which model versions may have learned from them is not known: an earlier release erased them.";
            yield break;
        }

        if (forgetting.IsComplete)
        {
            yield return "Forgetting is complete: no model version that is kept can have learned from them.";
            yield break;
        }

        foreach (var site in forgetting.Affected.GroupBy(version => version.Site, StringComparer.Ordinal))
        {
            yield return $"These versions of site '{site.Key}' may have learned from them: {string.Join(", ", site.Select(Name))}.";
        }

        if (forgetting.SilentSites.Length > 0)
        {
            yield return $"No answer from {string.Join(", ", forgetting.SilentSites)}, where versions may have learned from them too.";
        }

        yield return "Forgetting is complete once none of these is kept: train anew, then 'models remove'. 'erase ID --status' says how it stands.";
    }

    private static string Name(AffectedVersion version) => version.Version.ToString(CultureInfo.InvariantCulture) + (version.InService ? " (in service)" : "");
}
