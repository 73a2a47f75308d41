namespace OrleansSeg.Model.Federation.SecureAggregation;

/// <summary>A message of a secure round is refused: it is forged, changed, replayed, meant for somebody else, or asks for too much.</summary>
/// <remarks>The state that refused it is unchanged and goes on without that message.</remarks>
public sealed class SecureMessageRefusedException : Exception
{
    /// <param name="message">Who sent what, and why it is refused.</param>
    public SecureMessageRefusedException(string message)
        : base(message)
    {
    }

    /// <param name="message">Who sent what, and why it is refused.</param>
    /// <param name="innerException">What the cryptography said.</param>
    public SecureMessageRefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>Fewer trainers are left than a secure round needs. The round cannot be finished; another can be begun, with new keys.</summary>
public sealed class TooFewSurvivorsException : Exception
{
    /// <param name="step">What the trainers were to do.</param>
    /// <param name="survivors">Trainers that did it.</param>
    /// <param name="threshold">Trainers that must.</param>
    public TooFewSurvivorsException(string step, int survivors, int threshold)
        : base($"{survivors} trainers {step}, and the round needs {threshold}.") => (Survivors, Threshold) = (survivors, threshold);

    /// <summary>Trainers that took the step.</summary>
    public int Survivors { get; }

    /// <summary>Trainers that must.</summary>
    public int Threshold { get; }
}
