namespace OrleansSeg.Model.Text.Checkpoints;

/// <summary>A folder is no text checkpoint that can be loaded: the message says which file or tensor, what was expected and what was found.</summary>
public sealed class CheckpointException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">Which file or tensor, what was expected, what was found.</param>
    /// <param name="innerException">What reading it said, or null.</param>
    public CheckpointException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
