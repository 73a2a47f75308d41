using System.Globalization;
using System.Text.Json;
using OrleansSeg.Cli.Output;
using OrleansSeg.Cli.Sessions;

namespace OrleansSeg.Cli.Evaluation;

/// <summary>How often each test cutoff was looked at, kept in the data directory: what is chosen after many looks has been tuned on the test.</summary>
internal sealed class LookLog
{
    private readonly string _path;
    private readonly SortedDictionary<string, int> _looks;

    private LookLog(string path, SortedDictionary<string, int> looks) => (_path, _looks) = (path, looks);

    /// <summary>Opens the log of the data directory that a command line means; none yet is an empty one.</summary>
    public static LookLog Open(CommonSettings settings)
    {
        var path = Path.Combine(SiloConfiguration.DataDirectoryOf(SiloConfiguration.Read(settings)), "looks.json");
        return new LookLog(path, File.Exists(path) ? JsonSerializer.Deserialize<SortedDictionary<string, int>>(File.ReadAllText(path)) ?? [] : []);
    }

    /// <summary>Counts one more look at each cutoff, before anything is measured: a run that is stopped has looked too.</summary>
    public IReadOnlyList<CutoffLooks> Add(string site, string scheme, TimeSpan horizon, IEnumerable<DateTimeOffset> cutoffs)
    {
        var looks = new List<CutoffLooks>();
        foreach (var cutoff in cutoffs)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"{site} {scheme} {horizon.TotalDays}d {cutoff.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}");
            _looks[key] = _looks.GetValueOrDefault(key) + 1;
            looks.Add(new CutoffLooks(cutoff, _looks[key]));
        }

        File.WriteAllText($"{_path}.new", VerbOutput.ToJson(_looks));
        File.Move($"{_path}.new", _path, overwrite: true);
        return looks;
    }
}
