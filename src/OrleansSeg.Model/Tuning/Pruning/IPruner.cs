using OrleansSeg.Model.Tuning.Studies;

namespace OrleansSeg.Model.Tuning.Pruning;

/// <summary>Says which trials are not worth ending.</summary>
public interface IPruner
{
    /// <summary>Its name in records and on the command line.</summary>
    string Name { get; }

    /// <summary>Whether to give a trial up after its latest loss.</summary>
    /// <param name="losses">The trial's losses, in the order in which they came; at least one.</param>
    /// <param name="others">The losses of the other trials, ended or not.</param>
    bool IsHopeless(IReadOnlyList<TrialLoss> losses, IReadOnlyList<IReadOnlyList<TrialLoss>> others);
}

/// <summary>Ends every trial.</summary>
public sealed class NoPruner : IPruner
{
    /// <inheritdoc />
    public string Name => "none";

    /// <inheritdoc />
    public bool IsHopeless(IReadOnlyList<TrialLoss> losses, IReadOnlyList<IReadOnlyList<TrialLoss>> others) => false;
}

/// <summary>Gives a trial up whose best loss so far is worse than the median of what others had by the same step.</summary>
/// <remarks>Golovin et al. 2017, Google Vizier, section 3.2.2. The first step says too little, and so do fewer than four others.</remarks>
public sealed class MedianPruner : IPruner
{
    private const int StepMin = 2;
    private const int OthersMin = 4;

    /// <inheritdoc />
    public string Name => "median";

    /// <inheritdoc />
    public bool IsHopeless(IReadOnlyList<TrialLoss> losses, IReadOnlyList<IReadOnlyList<TrialLoss>> others)
    {
        ArgumentNullException.ThrowIfNull(losses);
        var latest = losses[^1];
        var theirs = others.Select(other => PrunerLosses.BestBy(other, latest)).OfType<double>().Order().ToList();
        return latest.Step >= StepMin && theirs.Count >= OthersMin && PrunerLosses.BestBy(losses, latest) > theirs[theirs.Count / 2];
    }
}

/// <summary>Lets the better half go on at steps 1, 2, 4, 8 and so on.</summary>
/// <remarks>
/// Asynchronous successive halving (Li et al. 2018, arXiv:1810.05934) with η = 2, by stopping: a trial is held against those that came to the
/// rung before it, so that nobody waits, and early ones go further than they would in the end.
/// </remarks>
public sealed class HalvingPruner : IPruner
{
    /// <inheritdoc />
    public string Name => "halving";

    /// <inheritdoc />
    public bool IsHopeless(IReadOnlyList<TrialLoss> losses, IReadOnlyList<IReadOnlyList<TrialLoss>> others)
    {
        ArgumentNullException.ThrowIfNull(losses);
        var latest = losses[^1];
        if (!int.IsPow2(latest.Step))
        {
            return false;
        }

        var theirs = others.Select(other => PrunerLosses.BestBy(other, latest)).OfType<double>().ToList();
        return theirs.Count(loss => loss < PrunerLosses.BestBy(losses, latest)) > theirs.Count / 2;
    }
}

/// <summary>What pruners share.</summary>
internal static class PrunerLosses
{
    /// <summary>The best loss of a stage up to a step; null where a trial has not come so far.</summary>
    public static double? BestBy(IReadOnlyList<TrialLoss> losses, TrialLoss at) => losses.Any(loss => loss.Stage == at.Stage && loss.Step == at.Step)
        ? losses.Where(loss => loss.Stage == at.Stage && loss.Step <= at.Step).Min(loss => loss.Loss)
        : null;
}
