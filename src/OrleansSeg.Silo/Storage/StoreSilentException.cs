namespace OrleansSeg.Silo.Storage;

/// <summary>The store does not answer reads.</summary>
/// <param name="message">What it said instead, without secrets.</param>
/// <param name="innerException">The provider's own failure.</param>
internal sealed class StoreSilentException(string message, Exception innerException) : Exception(message, innerException);
