using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansSeg.Data.Import.Mapping;

/// <summary>Reads mappings: the layouts that ship with the program and a shop's own file.</summary>
internal static class MappingReader
{
    private const string Prefix = "OrleansSeg.Data.Import.Layouts.";
    private const string Suffix = ".json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        Converters = { new FieldSourceConverter() },
    };

    /// <summary>Names of the layouts, sorted.</summary>
    public static IReadOnlyList<string> LayoutNames { get; } =
    [
        .. typeof(MappingReader).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Suffix.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>A layout that ships with the program.</summary>
    /// <exception cref="ImportUsageException">There is none of that name.</exception>
    public static EventMapping Layout(string name)
    {
        if (!LayoutNames.Contains(name, StringComparer.Ordinal))
        {
            throw new ImportUsageException($"There is no layout '{name}': one of {string.Join(", ", LayoutNames)} was expected.");
        }

        using var stream = typeof(MappingReader).Assembly.GetManifestResourceStream(Prefix + name + Suffix)!;
        return JsonSerializer.Deserialize<EventMapping>(stream, Json)! with { Name = $"layout {name}" };
    }

    /// <summary>A shop's own mapping file.</summary>
    /// <exception cref="ImportUsageException">It is not there, not JSON or not a mapping.</exception>
    public static async Task<EventMapping> FileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = File.OpenRead(path);
            var mapping = await JsonSerializer.DeserializeAsync<EventMapping>(stream, Json, cancellationToken);
            return (mapping ?? throw new JsonException("an object was expected")) with { Name = $"mapping {Path.GetFileName(path)}" };
        }
        catch (JsonException problem)
        {
            throw new ImportUsageException($"The mapping file {path} cannot be read: {problem.Message}", problem);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ImportUsageException($"There is no mapping file {path}.", problem);
        }
    }
}
