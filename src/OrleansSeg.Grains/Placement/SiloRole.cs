namespace OrleansSeg.Placement;

/// <summary>What a silo is there for, as the other silos know it.</summary>
/// <param name="RunsInference">Whether it runs an inference engine.</param>
/// <param name="HoldsCustomers">Whether customers and partitions may live on it.</param>
/// <param name="Sites">The sites it serves; null for every site.</param>
internal sealed record SiloRole(bool RunsInference, bool HoldsCustomers, IReadOnlyList<string>? Sites)
{
    private const string Inference = "silo.inference";
    private const string Customers = "silo.customers";
    private const string ServedSites = "silo.sites";
    private const string EverySite = "*";

    /// <summary>The role of a silo of which nothing is known: it gets nothing that needs a role.</summary>
    public static SiloRole Unknown { get; } = new(RunsInference: false, HoldsCustomers: false, []);

    /// <summary>Whether it serves a site.</summary>
    public bool Serves(string site) => Sites is null || Sites.Contains(site, StringComparer.Ordinal);

    /// <summary>Reads what <see cref="WriteTo"/> wrote.</summary>
    public static SiloRole Read(IReadOnlyDictionary<string, string> properties) => new(
        IsTrue(properties, Inference),
        IsTrue(properties, Customers),
        properties.TryGetValue(ServedSites, out var sites) && sites == EverySite
            ? null
            : (sites ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Writes the role as text that travels.</summary>
    public void WriteTo(IDictionary<string, string> properties)
    {
        properties[Inference] = RunsInference ? "true" : "false";
        properties[Customers] = HoldsCustomers ? "true" : "false";
        properties[ServedSites] = Sites is null ? EverySite : string.Join(',', Sites);
    }

    private static bool IsTrue(IReadOnlyDictionary<string, string> properties, string name) =>
        properties.TryGetValue(name, out var value) && value == "true";
}
