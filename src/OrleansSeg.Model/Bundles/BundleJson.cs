using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansSeg.Model.Bundles;

/// <summary>How bundles and reports are written as JSON: camelCase, and NaN by its name.</summary>
public static class BundleJson
{
    /// <summary>On one line.</summary>
    public static JsonSerializerOptions Compact { get; } = Create(indented: false);

    /// <summary>For people to read.</summary>
    public static JsonSerializerOptions Indented { get; } = Create(indented: true);

    private static JsonSerializerOptions Create(bool indented) => new(JsonSerializerDefaults.Web)
    {
        WriteIndented = indented,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DictionaryKeyPolicy = null,
    };
}
