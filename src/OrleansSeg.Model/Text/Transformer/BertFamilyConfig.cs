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

    /// <summary>Names of the labels in the order of their ids; empty without a classification head.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];

    /// <summary>Most tokens of a text, special ones included.</summary>
    public int TokensMax => Family == BertFamily.Roberta ? Positions - PaddingId - 1 : Positions;
}
