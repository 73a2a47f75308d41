namespace OrleansSeg.Placement;

/// <summary>What a silo is there for, as the other silos know it.</summary>
/// <param name="RunsInference">Whether it runs an inference engine.</param>
internal sealed record SiloRole(bool RunsInference)
{
    private const string Inference = "inference";

    /// <summary>The role of a silo of which nothing is known: it gets nothing that needs a role.</summary>
    public static SiloRole Unknown { get; } = new(RunsInference: false);

    /// <summary>Reads what <see cref="WriteTo"/> wrote.</summary>
    public static SiloRole Read(IReadOnlyDictionary<string, string> properties) =>
        new(RunsInference: properties.TryGetValue(Inference, out var inference) && inference == "true");

    /// <summary>Writes the role as text that travels.</summary>
    public void WriteTo(IDictionary<string, string> properties) => properties[Inference] = RunsInference ? "true" : "false";
}
