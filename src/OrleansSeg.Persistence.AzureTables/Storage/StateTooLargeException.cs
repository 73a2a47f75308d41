namespace OrleansSeg.Persistence.AzureTables;

/// <summary>A grain's state does not fit into one row. Nothing was written, and what was stored is unchanged.</summary>
public sealed class StateTooLargeException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="size">Size of the state.</param>
    /// <param name="sizeMax">Most that a row holds.</param>
    /// <param name="unit">What is counted: <c>bytes</c> or <c>characters</c>.</param>
    public StateTooLargeException(long size, long sizeMax, string unit)
        : base($"The state has {size} {unit}; a row holds at most {sizeMax}.")
    {
        Size = size;
        SizeMax = sizeMax;
    }

    /// <summary>Size of the state, in the unit that the message names.</summary>
    public long Size { get; }

    /// <summary>Most that a row holds, in the same unit.</summary>
    public long SizeMax { get; }
}
