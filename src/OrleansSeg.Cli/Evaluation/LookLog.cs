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

    /// <summary>Counts one more look at each cutoff, before anything is measured: a run that is stopped has looked too.</summary>
    public IReadOnlyList<CutoffLooks> Add(string site, string scheme, TimeSpan horizon, IEnumerable<DateTimeOffset> cutoffs)
    {
        var known = ExperimentFolders.Read<SortedDictionary<string, int>>(_path) ?? [];
        var looks = new List<CutoffLooks>();
        foreach (var cutoff in cutoffs)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"{site} {scheme} {horizon.TotalDays}d {cutoff.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}");
            known[key] = known.GetValueOrDefault(key) + 1;
            looks.Add(new CutoffLooks(cutoff, known[key]));
        }

        DurableFile.Write(_path, VerbOutput.ToJson(known));
        return looks;
    }
}
