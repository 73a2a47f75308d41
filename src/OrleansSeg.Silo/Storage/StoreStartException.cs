namespace OrleansSeg.Silo.Storage;

/// <summary>A silo cannot start on its store, or the store cannot be made ready.</summary>
/// <param name="message">Why, and what to change; it holds no secret.</param>
/// <param name="innerException">What the store's own client said, if anything.</param>
public sealed class StoreStartException(string message, Exception? innerException = null) : IOException(message, innerException);
