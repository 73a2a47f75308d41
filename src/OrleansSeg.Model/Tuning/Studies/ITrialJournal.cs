using System.Globalization;
using System.Text.Json;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Experiments;

namespace OrleansSeg.Model.Tuning.Studies;

/// <summary>Where a study's trials are kept. Safe for one study at a time.</summary>
public interface ITrialJournal
{
    /// <summary>All trials that can be read, by number.</summary>
    IReadOnlyList<TrialRecord> Read();

    /// <summary>Keeps a trial; durable when it returns.</summary>
    void Write(TrialRecord trial);
}

/// <summary>Trials in memory: they end with the process.</summary>
public sealed class MemoryJournal : ITrialJournal
{
    private readonly SortedDictionary<int, TrialRecord> _trials = [];

    /// <inheritdoc />
    public IReadOnlyList<TrialRecord> Read() => [.. _trials.Values];

    /// <inheritdoc />
    public void Write(TrialRecord trial)
    {
        ArgumentNullException.ThrowIfNull(trial);
        _trials[trial.Number] = trial;
    }
}

/// <summary>Trials as files of a folder, one each: <c>0007/trial.json</c>.</summary>
/// <remarks>A file that is torn, or whose point is none of the space, says nothing: its trial is done again.</remarks>
/// <param name="folder">The folder.</param>
/// <param name="space">What is searched.</param>
public sealed class TrialFolder(string folder, SearchSpace space) : ITrialJournal
{
    private const string FileName = "trial.json";

    /// <summary>The folder of one trial.</summary>
    public string Of(int number) => Path.Combine(folder, number.ToString("D4", CultureInfo.InvariantCulture));

    /// <inheritdoc />
    public IReadOnlyList<TrialRecord> Read() => !Directory.Exists(folder)
        ? []
        : [.. Directory.GetDirectories(folder).Select(Read).OfType<TrialRecord>().OrderBy(trial => trial.Number)];

    /// <inheritdoc />
    public void Write(TrialRecord trial)
    {
        ArgumentNullException.ThrowIfNull(trial);
        DurableFile.Write(Path.Combine(Of(trial.Number), FileName), JsonSerializer.Serialize(trial, BundleJson.Indented));
    }

    private TrialRecord? Read(string path)
    {
        try
        {
            var trial = JsonSerializer.Deserialize<TrialRecord>(File.ReadAllText(Path.Combine(path, FileName)), BundleJson.Compact);
            return trial is not null && Path.GetFileName(path) == Path.GetFileName(Of(trial.Number)) && IsSound(trial) ? trial : null;
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }

    private bool IsSound(TrialRecord trial) =>
        Enum.IsDefined(trial.State)
        && !trial.Losses.IsDefault && trial.Losses.All(loss => loss is { Stage: not null })
        && trial.Settings is not null
        && (trial.State is TrialState.Running or TrialState.Failed || trial.Loss is { } loss && double.IsFinite(loss))
        && !trial.Point.IsDefault && trial.Point.Length == space.Parameters.Length
        && trial.Point.Zip(space.Parameters).All(pair =>
            pair.First >= pair.Second.Low && pair.First <= pair.Second.High && (!pair.Second.IsWhole || pair.First == Math.Floor(pair.First)));
}
