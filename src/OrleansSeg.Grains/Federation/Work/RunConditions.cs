using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Federation.Drift;
using static System.FormattableString;

namespace OrleansSeg.Federation.Work;

/// <summary>Holds what was found against what a plan asks.</summary>
internal static class RunConditions
{
    /// <summary>Whether a run is worth its training, and why in words.</summary>
    /// <param name="condition">What the plan asks; a bound that is not set is not looked at.</param>
    /// <param name="findings">What trainers found.</param>
    /// <param name="age">Time from the earliest latest cutoff of a model in service to the latest that has matured.</param>
    public static RunNeed Weigh(RunCondition condition, DriftFindings findings, TimeSpan age)
    {
        var looked = Look(condition, findings, age).ToList();
        var reached = looked.Where(look => look.IsReached).Select(look => look.Words).ToList();
        return reached.Count > 0
            ? new RunNeed(true, $"{string.Join("; ", reached)}.")
            : new RunNeed(false, $"Not needed: {string.Join("; ", looked.Select(look => look.Words))}.");
    }

    private static IEnumerable<(bool IsReached, string Words)> Look(RunCondition condition, DriftFindings found, TimeSpan age)
    {
        if (condition.FeatureDrift is { } feature)
        {
            yield return Drift($"feature {found.Feature} of {found.FeatureSite}", "features", found.FeatureDrift, feature);
        }

        if (condition.SegmentDrift is { } segment)
        {
            yield return Drift($"segment shares of {found.SegmentSite}", "segment shares", found.SegmentDrift, segment);
        }

        if (condition.CalibrationError is { } error)
        {
            yield return (found.CalibrationError >= error, double.IsNaN(found.CalibrationError)
                ? "no forecast has turned out since"
                : Invariant($"calibration error {found.CalibrationError:F3} at {found.CalibrationSite} of {error:F3}"));
        }

        if (condition.MaturedLabels is { } labels)
        {
            yield return (found.MaturedLabels >= labels, Invariant($"{found.MaturedLabels:N0} new labels of {labels:N0}"));
        }

        if (condition.ModelAge is { } ageMax)
        {
            yield return (age >= ageMax, Invariant($"the model in service is {age.TotalDays:F0} days behind of {ageMax.TotalDays:F0}"));
        }
    }

    private static (bool IsReached, string Words) Drift(string which, string what, double drift, double bound) => (drift >= bound, double.IsNaN(drift)
        ? $"too few customers to compare {what}"
        : Invariant($"drift of {which} {drift:F3} of {bound:F3}"));
}
