namespace OrleansSeg.Model.Training;

/// <summary>There is too little history, or too few customers, to train on; the message says what is needed and what there is.</summary>
public sealed class InsufficientDataException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is needed and what was found.</param>
    public InsufficientDataException(string message)
        : base(message)
    {
    }
}
