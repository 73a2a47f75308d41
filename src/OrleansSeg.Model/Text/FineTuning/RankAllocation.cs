using OrleansSeg.Model.Native;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.FineTuning;

/// <summary>How ranks are given to the products that need them.</summary>
/// <param name="RankTarget">Ranks left in the end, on average over the products.</param>
/// <param name="WarmUp">Share of the steps before any rank is taken.</param>
/// <param name="Final">Share of the steps after the last was taken.</param>
/// <param name="Interval">Steps between two decisions.</param>
/// <param name="Orthogonality">Weight of the penalty on matrices that are not orthogonal.</param>
public sealed record RankAllocationOptions(int RankTarget = 4, double WarmUp = 0.1, double Final = 0.4, int Interval = 10, double Orthogonality = 0.1);

/// <summary>Takes the singular values that matter least from an adapter, over all its products, until a budget is met.</summary>
/// <remarks>
/// Zhang et al. 2023, arXiv:2303.10512, Algorithm 1: smoothed sensitivity times its uncertainty (eqs. 8 to 11), a cubic budget (appendix A).
/// A value that was taken can come back while the budget still shrinks, since its gradient goes on being followed.
/// </remarks>
internal sealed class RankAllocation : IDisposable
{
    private const double Smoothing = 0.85;

    private readonly List<LowRankChange> _changes;
    private readonly RankAllocationOptions _options;
    private readonly int _steps;
    private readonly Dictionary<Tensor, (Tensor Sensitivity, Tensor Uncertainty)> _seen = new(ReferenceEqualityComparer.Instance);

    public RankAllocation(TextAdapter adapter, RankAllocationOptions options, int steps)
    {
        (_changes, _options, _steps) = ([.. adapter.Changes], options, steps);
        foreach (var weight in _changes.SelectMany(Parts))
        {
            _seen.Add(weight, (zeros_like(weight, requires_grad: false).DetachFromDisposeScope(), zeros_like(weight, requires_grad: false).DetachFromDisposeScope()));
        }
    }

    /// <summary>The penalty on matrices that are not orthogonal, to be added to a step's loss.</summary>
    public Tensor Penalty()
    {
        using var scope = NewDisposeScope();
        var sum = _changes.Select(change => change.Skewness()).Aggregate((one, other) => one.Plus(other));
        return sum.Times(_options.Orthogonality / _changes.Count).MoveToOuterDisposeScope();
    }

    /// <summary>Ranks of all products together that may be in use after a step, from 1.</summary>
    public int BudgetAt(int step)
    {
        var (all, target) = (_changes.Sum(change => (int)change.lora_A.shape[0]), _changes.Count * _options.RankTarget);
        var (from, to) = (_options.WarmUp * _steps, (1 - _options.Final) * _steps);
        var left = step <= from ? 1 : step >= to ? 0 : 1 - ((step - from) / (to - from));
        return target >= all ? all : target + (int)((all - target) * left * left * left);
    }

    /// <summary>Looks at a step's gradients, to be called before the optimizer follows them, and after it takes what the budget has no room for.</summary>
    public void Watch()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        foreach (var weight in _changes.SelectMany(Parts))
        {
            if (weight.grad is not { } gradient)
            {
                continue;
            }

            var (sensitivity, uncertainty) = _seen[weight];
            var now = (weight * gradient).abs();
            sensitivity.TimesInPlace(Smoothing).AddInPlace(now.Times(1 - Smoothing));
            uncertainty.TimesInPlace(Smoothing).AddInPlace((now - sensitivity).abs().Times(1 - Smoothing));
        }
    }

    /// <summary>Takes ranks where a decision is due.</summary>
    /// <param name="step">Steps done, from 1.</param>
    public void Trim(int step)
    {
        var budget = BudgetAt(step);
        if (step <= _options.WarmUp * _steps || (step % _options.Interval != 0 && step < (1 - _options.Final) * _steps))
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var importance = cat([.. _changes.Select(Importance)]);
        var best = importance.topk(Math.Min(budget, (int)importance.numel())).indexes;
        var kept = zeros_like(importance).scatter_(0, best, ones_like(best, dtype: importance.dtype));
        var at = 0L;
        foreach (var change in _changes)
        {
            var ranks = change.lora_E!.shape[0];
            change.lora_E.mul_(kept.narrow(0, at, ranks).unsqueeze(1));
            at += ranks;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var (sensitivity, uncertainty) in _seen.Values)
        {
            sensitivity.Dispose();
            uncertainty.Dispose();
        }
    }

    // (R): the singular value's own score, and the means of its row and its column.
    private Tensor Importance(LowRankChange change) =>
        Score(change.lora_E!).squeeze(1).Plus(Score(change.lora_A).mean([1L])).Plus(Score(change.lora_B).mean([0L]));

    private Tensor Score(Tensor weight) => _seen[weight].Sensitivity * _seen[weight].Uncertainty;

    private static IEnumerable<Tensor> Parts(LowRankChange change) => [change.lora_A, change.lora_B, change.lora_E!];
}
