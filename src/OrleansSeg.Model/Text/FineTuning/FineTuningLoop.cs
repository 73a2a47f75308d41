using OrleansSeg.Model.Native;
using OrleansSeg.Model.Text.Transformer;
using OrleansSeg.Model.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.FineTuning;

/// <summary>The steps of a fine-tuning, whatever the task: AdamW, warm-up and linear decay, clipped gradients summed over batches.</summary>
/// <remarks>Everything random hangs on the seed: the same inputs give bitwise the same weights on one machine with one thread count.</remarks>
internal sealed class FineTuningLoop : IDisposable
{
    private readonly FineTuningOptions _options;
    private readonly int _steps;
    private readonly List<TrainedGroup> _groups;
    private readonly AdamSteps _optimizer;
    private readonly RankAllocation? _ranks;
    private int _step;
    private int _waiting;

    /// <summary>Makes the loop.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="head">The head.</param>
    /// <param name="adapter">What is trained instead of the encoder; null for the encoder itself.</param>
    /// <param name="options">Rates and bounds.</param>
    /// <param name="batchCount">Batches of the whole training.</param>
    public FineTuningLoop(BertEncoder encoder, nn.Module head, TextAdapter? adapter, FineTuningOptions options, int batchCount)
    {
        _options = options;
        _steps = Math.Max(1, (batchCount + options.Accumulation - 1) / options.Accumulation);
        _groups = TrainedWeights.Choose(encoder, head, adapter, options);
        _optimizer = new AdamSteps(_groups);
        _ranks = adapter?.Options.Kind == AdapterKind.AdaLora ? new RankAllocation(adapter, options.Ranks, _steps) : null;
        Dropout = new Generator((ulong)options.Seed + 1);
    }

    /// <summary>Draws the dropout of every pass.</summary>
    public Generator Dropout { get; }

    /// <summary>Numbers that are trained.</summary>
    public long TrainedCount => _groups.Sum(group => group.Weights.Sum(weight => weight.numel()));

    /// <summary>Learns from a batch; steps once enough of them were summed up.</summary>
    /// <param name="loss">The batch's mean loss, with its graph.</param>
    /// <param name="isLast">Whether no other batch follows.</param>
    /// <returns>The loss.</returns>
    public double Learn(Tensor loss, bool isLast)
    {
        using var scope = NewDisposeScope();
        var whole = _ranks is null ? loss : loss.Plus(_ranks.Penalty());
        whole.Over(_options.Accumulation).backward();
        _waiting++;
        if (_waiting == _options.Accumulation || isLast)
        {
            Step();
        }

        return loss.item<float>();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _ranks?.Dispose();
        _optimizer.Dispose();
        Dropout.Dispose();
    }

    private void Step()
    {
        _ranks?.Watch();
        nn.utils.clip_grad_norm_(_groups.SelectMany(group => group.Weights), _options.GradientNormMax);
        _optimizer.Step(_options.LearningRateInUse * RateAt(_step));
        _optimizer.ZeroGradients();
        (_step, _waiting) = (_step + 1, 0);
        _ranks?.Trim(_step);
    }

    private double RateAt(int step)
    {
        var warmUp = _options.WarmUp * _steps;
        return step < warmUp ? (step + 1) / (warmUp + 1) : Math.Max(0, (_steps - step) / Math.Max(1, _steps - warmUp));
    }
}
