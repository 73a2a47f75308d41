using OrleansSeg.Model.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.FineTuning;

/// <summary>A narrow layer that is added to what it sees; it begins as no change. R width.</summary>
/// <remarks>Houlsby et al. 2019, arXiv:1902.00751, section 2.1. Differs: the second product begins at zero rather than near it.</remarks>
internal sealed class BottleneckLayer : nn.Module
{
    private readonly Parameter down;
    private readonly Parameter down_bias;
    private readonly Parameter up;
    private readonly Parameter up_bias;

    /// <summary>Draws a layer.</summary>
    /// <param name="hidden">Width of the states (H).</param>
    /// <param name="rank">Its own width (R).</param>
    /// <param name="random">Draws the weights.</param>
    public BottleneckLayer(long hidden, int rank, Generator random)
        : base(nameof(BottleneckLayer))
    {
        using var quiet = no_grad();
        down = new Parameter(empty(rank, hidden).normal_(0, 1 / Math.Sqrt(hidden), random));
        down_bias = new Parameter(zeros(rank));
        up = new Parameter(zeros(hidden, rank));
        up_bias = new Parameter(zeros(hidden));
        RegisterComponents();
        this.KeepWeights();
    }

    /// <summary>(B, T, H) -> (B, T, H).</summary>
    public Tensor Forward(Tensor states)
    {
        using var scope = NewDisposeScope();
        var narrow = nn.functional.gelu(nn.functional.linear(states, down, down_bias)); // (B, T, H) -> (B, T, R)
        return states.Plus(nn.functional.linear(narrow, up, up_bias)).MoveToOuterDisposeScope();
    }
}
