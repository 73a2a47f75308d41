namespace OrleansSeg.Model.Text.FineTuning;

/// <summary>How an encoder and its head are trained on labelled texts.</summary>
public sealed record FineTuningOptions
{
    /// <summary>Passes over the training texts.</summary>
    /// <value>Default 3; 1 to 1,000.</value>
    public int Epochs { get; init; } = 3;

    /// <summary>Texts in a batch.</summary>
    /// <value>Default 16; 1 to 4,096.</value>
    public int BatchSize { get; init; } = 16;

    /// <summary>Batches whose gradients are summed up to one step: as good as larger batches, in the memory of one.</summary>
    /// <value>Default 1; 1 to 1,024.</value>
    public int Accumulation { get; init; } = 1;

    /// <summary>Peak learning rate of the head and of the encoder's highest trained layer; null for the usual: 5e-5, and 1e-3 where an adapter or the head alone is trained.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Learning rate of each layer over that of the layer above (Howard and Ruder 2018, arXiv:1801.06146, section 3.2).</summary>
    /// <value>Default 1: the same for all; above 0.</value>
    public double LayerDecay { get; init; } = 1;

    /// <summary>Lowest layers that are not trained, the embeddings with them; -1 trains the embeddings too.</summary>
    /// <value>Default -1.</value>
    public int FrozenLayers { get; init; } = -1;

    /// <summary>Whether the head alone is trained, on the states of an encoder that stays as it is.</summary>
    /// <value>Default false.</value>
    public bool HeadOnly { get; init; }

    /// <summary>Whether the encoder's products are computed in bf16 while it trains; its weights and the steps are fp32 all the same.</summary>
    /// <value>Default false. It pays on devices that multiply bf16.</value>
    public bool MixedPrecision { get; init; }

    /// <summary>Decoupled weight decay of products; biases and normalizations have none.</summary>
    /// <value>Default 0.01.</value>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Share of the steps in which the learning rate rises; after that it falls linearly.</summary>
    /// <value>Default 0.1; 0 to 1.</value>
    public double WarmUp { get; init; } = 0.1;

    /// <summary>Largest norm of a step's gradient.</summary>
    /// <value>Default 1; above 0.</value>
    public double GradientNormMax { get; init; } = 1;

    /// <summary>What is trained instead of the encoder; null trains the encoder itself.</summary>
    public AdapterOptions? Adapter { get; init; }

    /// <summary>How the adapter's ranks are given, for <see cref="AdapterKind.AdaLora"/>.</summary>
    public RankAllocationOptions Ranks { get; init; } = new();

    /// <summary>Whether the epoch that does best on the validation texts is kept; else the last one is.</summary>
    /// <value>Default true.</value>
    public bool ChoosesEpoch { get; init; } = true;

    /// <summary>Seed of everything random.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Torch's threads.</summary>
    /// <value>Default as many as the process may use processors; at least 1.</value>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>The learning rate that is used.</summary>
    public double LearningRateInUse => LearningRate ?? (Adapter is null && !HeadOnly ? 5e-5 : 1e-3);

    /// <summary>Checks the bounds.</summary>
    /// <exception cref="ArgumentException">One is not kept; the message names it.</exception>
    public void Check()
    {
        Require(Epochs is >= 1 and <= 1_000, $"{nameof(Epochs)} must be 1 to 1000, not {Epochs}.");
        Require(BatchSize is >= 1 and <= 4_096, $"{nameof(BatchSize)} must be 1 to 4096, not {BatchSize}.");
        Require(Accumulation is >= 1 and <= 1_024, $"{nameof(Accumulation)} must be 1 to 1024, not {Accumulation}.");
        Require(LearningRateInUse is > 0 and <= 1, $"{nameof(LearningRate)} must be above 0 to 1, not {LearningRate}.");
        Require(LayerDecay is > 0 and <= 1, $"{nameof(LayerDecay)} must be above 0 to 1, not {LayerDecay}.");
        Require(FrozenLayers >= -1, $"{nameof(FrozenLayers)} must be -1 or more, not {FrozenLayers}.");
        Require(WeightDecay is >= 0 and <= 1, $"{nameof(WeightDecay)} must be 0 to 1, not {WeightDecay}.");
        Require(WarmUp is >= 0 and <= 1, $"{nameof(WarmUp)} must be 0 to 1, not {WarmUp}.");
        Require(GradientNormMax > 0, $"{nameof(GradientNormMax)} must be above 0, not {GradientNormMax}.");
        Require(Threads >= 1, $"{nameof(Threads)} must be 1 or more, not {Threads}.");
        Require(!HeadOnly || Adapter is null, $"{nameof(HeadOnly)} leaves no {nameof(Adapter)} to be trained.");
        Adapter?.Check();
    }

    private static void Require(bool kept, string problem)
    {
        if (!kept)
        {
            throw new ArgumentException(problem);
        }
    }
}
