using OrleansSeg.Model.Native;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.FineTuning;

/// <summary>The change of one product: x A' diag(e) B', scaled. It begins as no change. R ranks.</summary>
/// <remarks>
/// Hu et al. 2021, arXiv:2106.09685; with singular values (e) as in Zhang et al. 2023, arXiv:2303.10512, eq. 3. Fields have the names of
/// Hugging Face's PEFT.
/// </remarks>
internal sealed class LowRankChange : nn.Module
{
    private readonly double _dropout;

    /// <summary>(R, in).</summary>
    public readonly Parameter lora_A;

    /// <summary>(out, R).</summary>
    public readonly Parameter lora_B;

    /// <summary>(R, 1) singular values; null for a change without.</summary>
    public readonly Parameter? lora_E;

    /// <summary>Draws a change.</summary>
    /// <param name="inputs">Width of what goes in.</param>
    /// <param name="outputs">Width of what comes out.</param>
    /// <param name="options">Rank, scale and kind.</param>
    /// <param name="random">Draws the weights.</param>
    public LowRankChange(long inputs, long outputs, AdapterOptions options, Generator random)
        : base(nameof(LowRankChange))
    {
        (_dropout, Scale) = (options.Dropout, options.Alpha / options.Rank);
        using var quiet = no_grad();
        if (options.Kind == AdapterKind.AdaLora)
        {
            // What begins at zero are the singular values, so that the matrices can begin nearly orthogonal.
            lora_A = new Parameter(empty(options.Rank, inputs).normal_(0, 1 / Math.Sqrt(inputs), random));
            lora_B = new Parameter(empty(outputs, options.Rank).normal_(0, 1 / Math.Sqrt(outputs), random));
            lora_E = new Parameter(zeros(options.Rank, 1));
        }
        else
        {
            var bound = 1 / Math.Sqrt(inputs);
            lora_A = new Parameter(empty(options.Rank, inputs).uniform_(-bound, bound, random));
            lora_B = new Parameter(zeros(outputs, options.Rank));
        }

        RegisterComponents();
        this.KeepWeights();
    }

    /// <summary>What the change is multiplied with.</summary>
    public double Scale { get; }

    /// <summary>Ranks that do something.</summary>
    public int RankInUse => lora_E is null ? (int)lora_A.shape[0] : (int)lora_E.count_nonzero().item<long>();

    /// <summary>(B, T, in) -> (B, T, out).</summary>
    public Tensor Forward(Tensor values, Generator? dropout)
    {
        using var scope = NewDisposeScope();
        var narrow = nn.functional.linear(values.Drop(_dropout, dropout), lora_A); // (B, T, in) -> (B, T, R)
        if (lora_E is not null)
        {
            narrow *= lora_E.squeeze(1);
        }

        return nn.functional.linear(narrow, lora_B).Times(Scale).MoveToOuterDisposeScope(); // (B, T, R) -> (B, T, out)
    }

    /// <summary>(out, in) what is added to a product's weight to have the change in it.</summary>
    public Tensor ToWeight()
    {
        using var scope = NewDisposeScope();
        var right = lora_E is null ? lora_A : lora_A * lora_E; // (R, in)
        return lora_B.matmul(right).Times(Scale).MoveToOuterDisposeScope();
    }

    /// <summary>How far both matrices are from orthogonal: the squared distance of their Gram matrices from the identity.</summary>
    public Tensor Skewness()
    {
        using var scope = NewDisposeScope();
        using var identity = eye(lora_A.shape[0], device: lora_A.device);
        return (lora_A.matmul(lora_A.t()) - identity).Squared().sum().Plus((lora_B.t().matmul(lora_B) - identity).Squared().sum()).MoveToOuterDisposeScope();
    }
}
