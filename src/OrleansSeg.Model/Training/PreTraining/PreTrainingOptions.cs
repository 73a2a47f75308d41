namespace OrleansSeg.Model.Training.PreTraining;

/// <summary>What the sequence encoders learn from steps alone, before labels are shown.</summary>
public enum PreTrainingKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Which parts of sequences are the same customer's (CoLES, Babaev et al. 2022, arXiv:2002.08232).</summary>
    Contrastive,

    /// <summary>Which steps are another customer's (replaced-event detection, after Clark et al. 2020, arXiv:2003.10555).</summary>
    Replaced,

    /// <summary>What hidden steps were (masked modelling, after Devlin et al. 2019, arXiv:1810.04805).</summary>
    Masked,
}

/// <summary>How the sequence encoders are trained without labels.</summary>
public sealed record PreTrainingOptions
{
    /// <summary>What they learn.</summary>
    /// <value>Default <see cref="PreTrainingKind.None"/>.</value>
    public PreTrainingKind Kind { get; init; }

    /// <summary>Passes over the customers.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Customers in a batch.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>Peak learning rate.</summary>
    public double LearningRate { get; init; } = 2e-3;
}
