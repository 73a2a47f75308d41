using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansSeg.Cli.Output;
using OrleansSeg.Model.Experiments;

namespace OrleansSeg.Cli.Experiments;

/// <summary>The runs that a data directory remembers: <c>experiments/ID</c>, the latest two hundred.</summary>
/// <param name="dataDirectory">The data directory.</param>
internal sealed class ExperimentFolders(string dataDirectory)
{
    /// <summary>Runs that are kept; older ones go when a new one begins.</summary>
    public const int KeptMax = 200;

    private const string RecordFile = "experiment.json";

    /// <summary>Where they lie.</summary>
    public string Folder { get; } = Path.Combine(dataDirectory, "experiments");

    /// <summary>The runs, oldest first. What cannot be read is left out: a torn file says nothing.</summary>
    public IReadOnlyList<ExperimentRecord> List() => !Directory.Exists(Folder)
        ? []
        : [.. Directory.GetDirectories(Folder).Select(folder => Read<ExperimentRecord>(Path.Combine(folder, RecordFile))).OfType<ExperimentRecord>()
            .OrderBy(record => record.StartedAt).ThenBy(record => record.Id, StringComparer.Ordinal)];

    /// <summary>One run.</summary>
    /// <exception cref="KeyNotFoundException">There is no such run, or it cannot be read.</exception>
    public ExperimentRecord Find(string id) =>
        List().FirstOrDefault(record => record.Id == id) ?? throw new KeyNotFoundException($"There is no experiment '{id}' in {Folder}: 'orleansseg experiments' lists them.");

    /// <summary>A run's curves; none where they are not there.</summary>
    public IReadOnlyList<CurvePoint> CurvesOf(string id) => Read<CurvePoint[]>(Path.Combine(Folder, id, ExperimentRun.CurvesFile)) ?? [];

    /// <summary>A run's report or card; null where there is none.</summary>
    public JsonNode? ReportOf(string id) => Read<JsonNode>(Path.Combine(Folder, id, ExperimentRun.ReportFile));

    /// <summary>Begins a run: its folder is there, with a record that it began, before anything is computed.</summary>
    public ExperimentRun Begin(string verb, string site, int seed, IReadOnlyDictionary<string, JsonNode?> configuration, TimeProvider time)
    {
        var now = time.GetUtcNow();
        var id = string.Create(CultureInfo.InvariantCulture, $"{now.UtcDateTime:yyyyMMdd-HHmmss}-{verb}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}");
        Trim();
        return new ExperimentRun(Path.Combine(Folder, id), new ExperimentRecord(id, verb, site, now, null, null, null, seed, configuration, null, null, null), time);
    }

    /// <summary>Goes on with a run of a name, or begins it.</summary>
    /// <param name="id">The name; null for a new run.</param>
    /// <param name="verb">What is run.</param>
    /// <param name="site">The site.</param>
    /// <param name="seed">Seed of everything random.</param>
    /// <param name="configuration">What was asked for.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="UsageException">There is a run of that name, and it is another one.</exception>
    public ExperimentRun Continue(
        string? id, string verb, string site, int seed, IReadOnlyDictionary<string, JsonNode?> configuration, TimeProvider time)
    {
        if (id is null)
        {
            return Begin(verb, site, seed, configuration, time);
        }

        var asked = new ExperimentRecord(id, verb, site, time.GetUtcNow(), null, null, null, seed, configuration, null, null, null);
        var folder = Path.Combine(Folder, id);
        if (Read<ExperimentRecord>(Path.Combine(folder, RecordFile)) is not { } known)
        {
            Trim();
            return new ExperimentRun(folder, asked, time);
        }

        var other = asked.Differs(known);
        return other is null
            ? new ExperimentRun(folder, known with { EndedAt = null, Outcome = null, Failure = null }, time)
            : throw new UsageException($"Experiment '{id}' is another one: its {other}. Give this one another name.");
    }

    /// <summary>Reads a document; null for one that is missing or torn.</summary>
    internal static T? Read<T>(string path)
        where T : class
    {
        try
        {
            return File.Exists(path) ? VerbOutput.FromJson<T>(File.ReadAllText(path)) : null;
        }
        catch (Exception exception) when (exception is JsonException or IOException or InvalidOperationException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes a run's record.</summary>
    internal static void Write(string folder, ExperimentRecord record) => DurableFile.Write(Path.Combine(folder, RecordFile), VerbOutput.ToJson(record));

    private void Trim()
    {
        var kept = List();
        foreach (var record in kept.Take(Math.Max(0, kept.Count - KeptMax + 1)))
        {
            Directory.Delete(Path.Combine(Folder, record.Id), recursive: true);
        }
    }
}
