using System.Globalization;
using OrleansSeg.Cli.Experiments;
using OrleansSeg.Cli.Output;
using OrleansSeg.Model.Experiments;

namespace OrleansSeg.Cli.Evaluation;

/// <summary>How often each test cutoff was looked at, kept in the data directory: what is chosen after many looks has been tuned on the test.</summary>
/// <param name="dataDirectory">The data directory.</param>
internal sealed class LookLog(string dataDirectory)
{
    private readonly string _path = Path.Combine(dataDirectory, "looks.json");

    /// <summary>Counts one more look at what comes after a cutoff, before anybody sees it: a run that is stopped then has looked too.</summary>
    /// <returns>Looks so far, this one included.</returns>
    public CutoffLooks Add(string site, string scheme, TimeSpan horizon, DateTimeOffset cutoff)
    {
        var known = ExperimentFolders.Read<SortedDictionary<string, int>>(_path) ?? [];
        var key = string.Create(CultureInfo.InvariantCulture, $"{site} {scheme} {horizon.TotalDays}d {cutoff.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}");
        known[key] = known.GetValueOrDefault(key) + 1;
        DurableFile.Write(_path, VerbOutput.ToJson(known));
        return new CutoffLooks(cutoff, known[key]);
    }
}
