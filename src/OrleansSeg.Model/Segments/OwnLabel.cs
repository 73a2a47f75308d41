namespace OrleansSeg.Model.Segments;

/// <summary>A label that the shop gave a customer, as an attribute of the profile.</summary>
public static class OwnLabel
{
    /// <summary>Whether an attribute is the one of a name.</summary>
    /// <param name="attribute">As <c>name=value</c>.</param>
    /// <param name="name">The name.</param>
    public static bool IsOf(string attribute, string name)
    {
        ArgumentNullException.ThrowIfNull(attribute);
        ArgumentNullException.ThrowIfNull(name);
        return attribute.Length > name.Length && attribute[name.Length] == '=' && attribute.StartsWith(name, StringComparison.Ordinal);
    }

    /// <summary>The label among attributes; null where the customer has none, or an empty one.</summary>
    public static string? In(IEnumerable<string> attributes, string name) =>
        attributes.FirstOrDefault(attribute => IsOf(attribute, name)) is { } found && found[(name.Length + 1)..].Trim() is { Length: > 0 } label ? label : null;
}
