using System.Globalization;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Bundles;

namespace OrleansSeg.Federation.Work;

/// <summary>
/// What a trainer keeps between rounds: its control variate, and what compression left out. Each as it was before its latest round and as
/// it is after, until it is known whether its update counted.
/// </summary>
internal static class TrainerKept
{
    /// <summary>The trainer's control variate.</summary>
    public const string Control = "control";

    /// <summary>What compression left out so far.</summary>
    public const string Residual = "residual";

    /// <summary>One of its vectors as a round begins; zeros before the trainer's first round of the run.</summary>
    /// <param name="memory">What the trainer kept; null before its first round.</param>
    /// <param name="what">Which vector.</param>
    /// <param name="step">The round that begins.</param>
    /// <param name="counted">The latest round of which the trainer's update is in the weights; 0 for none.</param>
    /// <param name="length">Numbers of it (P).</param>
    public static float[] Read(byte[]? memory, string what, StepKey step, int counted, int length)
    {
        var kept = memory is null ? [] : SafeTensors.Read(memory);
        var isCounted = kept.ContainsKey(NameOf(what, "after", step with { Round = counted }));
        var prefix = string.Create(CultureInfo.InvariantCulture, $"{what}.{(isCounted ? "after" : "before")}.{RunOf(step)}.");
        return kept.FirstOrDefault(vector => vector.Key.StartsWith(prefix, StringComparison.Ordinal)).Value is { } found && found.Values.Length == length
            ? found.Values
            : new float[length];
    }

    /// <summary>What the trainer keeps after a round; null for nothing.</summary>
    public static byte[]? Write(StepKey step, IEnumerable<(string What, float[] Before, float[] After)> vectors)
    {
        var stored = vectors.SelectMany(vector => new[]
        {
            (Name: NameOf(vector.What, "before", step), Values: vector.Before), (Name: NameOf(vector.What, "after", step), Values: vector.After),
        }).ToDictionary(vector => vector.Name, vector => new StoredTensor([vector.Values.Length], vector.Values));
        return stored.Count == 0 ? null : SafeTensors.Write(stored);
    }

    private static string NameOf(string what, string when, StepKey step) => string.Create(CultureInfo.InvariantCulture, $"{what}.{when}.{RunOf(step)}.{step.Round}");

    /// <summary>A run that begins anew knows nothing of what it kept before.</summary>
    private static string RunOf(StepKey step) => step.Attempt == 0 ? string.Create(CultureInfo.InvariantCulture, $"{step.Run}") : string.Create(CultureInfo.InvariantCulture, $"{step.Run}-{step.Attempt}");
}
