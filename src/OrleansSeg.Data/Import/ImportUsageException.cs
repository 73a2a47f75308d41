namespace OrleansSeg.Data.Import;

/// <summary>The file cannot be read as asked: the message says what was expected and what was found. Nothing has been imported.</summary>
public sealed class ImportUsageException(string message, Exception? innerException = null) : Exception(message, innerException);
