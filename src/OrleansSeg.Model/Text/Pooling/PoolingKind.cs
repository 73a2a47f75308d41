namespace OrleansSeg.Model.Text.Pooling;

/// <summary>How the states of a text's tokens become one vector; several are laid one after the other, in this order.</summary>
[Flags]
public enum PoolingKind
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>The first token's state.</summary>
    First = 1,

    /// <summary>The largest of each number.</summary>
    Max = 2,

    /// <summary>The mean.</summary>
    Mean = 4,

    /// <summary>The sum over the square root of the count.</summary>
    MeanOfRoot = 8,
}
