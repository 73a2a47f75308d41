namespace OrleansSeg.Persistence.AzureTables;

/// <summary>How a grain's state becomes bytes.</summary>
public enum GrainStateFormat
{
    /// <summary>The serializer registered in the silo, which is Orleans' JSON unless it was replaced: what Orleans' Azure package does.</summary>
    Registered,

    /// <summary>Orleans' binary serializer: smaller and faster, for types with <c>[GenerateSerializer]</c>.</summary>
    Binary,
}
