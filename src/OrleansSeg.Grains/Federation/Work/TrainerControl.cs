using System.Globalization;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Bundles;

namespace OrleansSeg.Federation.Work;

/// <summary>A trainer's control variate between rounds: the one before its latest round and the one after, until it is known whether its update counted.</summary>
internal static class TrainerControl
{
    /// <summary>The control variate for a round.</summary>
    /// <param name="memory">What the trainer kept; null before its first round.</param>
    /// <param name="step">The round that begins.</param>
    /// <param name="counted">Whether the trainer's update is in the weights of the round before.</param>
    /// <param name="length">Numbers of it (P).</param>
    public static float[] Read(byte[]? memory, StepKey step, bool counted, int length)
    {
        if (memory is null)
        {
            return new float[length];
        }

        var kept = SafeTensors.Read(memory);
        var wasBefore = kept.ContainsKey(NameOf("after", step with { Round = step.Round - 1 }));
        var name = kept.Keys.FirstOrDefault(key => key.StartsWith($"{(wasBefore && !counted ? "before" : "after")}.{RunOf(step)}.", StringComparison.Ordinal));
        return name is not null && kept[name].Values.Length == length ? kept[name].Values : new float[length];
    }

    /// <summary>What the trainer keeps after a round.</summary>
    public static byte[] Write(StepKey step, float[] before, float[] after) => SafeTensors.Write(new Dictionary<string, StoredTensor>
    {
        [NameOf("before", step)] = new([before.Length], before),
        [NameOf("after", step)] = new([after.Length], after),
    });

    private static string NameOf(string when, StepKey step) => string.Create(CultureInfo.InvariantCulture, $"{when}.{RunOf(step)}.{step.Round}");

    private static string RunOf(StepKey step) => step.Run.ToString(CultureInfo.InvariantCulture);
}
