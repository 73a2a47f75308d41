using System.Globalization;

namespace OrleansSeg.Placement;

/// <summary>The slot in the key of a trainer of trials, <c>{site}:trial-{slot}</c>: slots lie on different silos as long as there are any.</summary>
internal static class TrialSlot
{
    private const string Mark = ":trial-";

    /// <summary>The slot, from 0; null for every other grain.</summary>
    public static int? Of(GrainId grain)
    {
        var key = grain.Key.ToString()!;
        var mark = key.IndexOf(Mark, StringComparison.Ordinal);
        return mark >= 0 && int.TryParse(key.AsSpan(mark + Mark.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var slot) ? slot : null;
    }
}
