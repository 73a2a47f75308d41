using System.Collections.Immutable;

namespace OrleansSeg.Model.Text.Transformer;

/// <summary>Which names a checkpoint's tensors have, and how its positions are counted.</summary>
public enum BertFamily
{
    /// <summary>BERT and what is shaped like it, such as MiniLM and E5: positions from 0, token types.</summary>
    Bert,

    /// <summary>RoBERTa, XLM-RoBERTa, CamemBERT: positions are counted over real tokens, from one past the padding's id.</summary>
    Roberta,

    /// <summary>DistilBERT: no token types, no pooler, names of its own.</summary>
    DistilBert,
}

/// <summary>What a checkpoint was trained to tell.</summary>
public enum TextHead
{
    /// <summary>Nothing but its states.</summary>
    None,

    /// <summary>Masked tokens.</summary>
    MaskedLanguage,

    /// <summary>One label of a text.</summary>
    SequenceClassification,

    /// <summary>One label of each token.</summary>
    TokenClassification,
}

/// <summary>In what numbers a model computes.</summary>
public enum ComputePrecision
{
    /// <summary>fp32.</summary>
    Single,

    /// <summary>bf16: fp32's range with 8 bits of precision.</summary>
    BFloat16,

    /// <summary>fp16, for GPUs.</summary>
    Half,

    /// <summary>Products of 8-bit weights and values, everything else in fp32; on a CPU alone.</summary>
    Int8,
}

/// <summary>Shape of one layer, some of which may have been cut away.</summary>
/// <param name="Heads">Attention heads it has.</param>
/// <param name="HeadWidth">Width of each (D).</param>
/// <param name="Intermediate">Width between its two products (F).</param>
public readonly record struct LayerShape(int Heads, int HeadWidth, int Intermediate)
{
    /// <summary>Width of all heads together.</summary>
    public int Attended => Heads * HeadWidth;
}

/// <summary>Shape of a text transformer, from a checkpoint's <c>config.json</c> or chosen for training one.</summary>
public sealed record BertFamilyConfig
{
    /// <summary>Whose names and positions.</summary>
    public BertFamily Family { get; init; }

    /// <summary>What it tells.</summary>
    public TextHead Head { get; init; }

    /// <summary>Rows of the token table (V).</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of the states (H).</summary>
    public required int Hidden { get; init; }

    /// <summary>Layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Attention heads (A), a divisor of the width.</summary>
    public required int Heads { get; init; }

    /// <summary>Width between a layer's two products (F).</summary>
    public required int Intermediate { get; init; }

    /// <summary>Rows of the position table (P).</summary>
    public required int Positions { get; init; }

    /// <summary>Rows of the token type table; 0 for none.</summary>
    public int TokenTypes { get; init; }

    /// <summary>Id of the padding token.</summary>
    public int PaddingId { get; init; }

    /// <summary>The curve of the layers.</summary>
    public Activation Activation { get; init; } = Activation.Gelu;

    /// <summary>What layer normalization adds to a variance.</summary>
    public double NormEpsilon { get; init; } = 1e-12;

    /// <summary>Dropout in training.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>In what numbers it computes.</summary>
    public ComputePrecision Precision { get; init; }

    /// <summary>Heads that were cut out of layers, by layer, both from 0 in ascending order.</summary>
    public ImmutableSortedDictionary<int, ImmutableArray<int>> PrunedHeads { get; init; } = ImmutableSortedDictionary<int, ImmutableArray<int>>.Empty;

    /// <summary>Width between the two products of each layer, where they differ; empty where all have <see cref="Intermediate"/>.</summary>
    public ImmutableArray<int> Intermediates { get; init; } = [];

    /// <summary>Names of the labels in the order of their ids; empty without a classification head.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];

    /// <summary>Most tokens of a text, special ones included.</summary>
    public int TokensMax => Family == BertFamily.Roberta ? Positions - PaddingId - 1 : Positions;

    /// <summary>Shape of a layer.</summary>
    /// <param name="layer">Its number, from 0.</param>
    public LayerShape Layer(int layer) => new(
        Heads - PrunedHeads.GetValueOrDefault(layer, []).Length, Hidden / Heads, Intermediates.IsEmpty ? Intermediate : Intermediates[layer]);
}
