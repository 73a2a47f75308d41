using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace OrleansSeg.Data.Import.Mapping;

/// <summary>Reads mappings: the layouts that ship with the program and a shop's own file.</summary>
internal static class MappingReader
{
    /// <summary>The layout of our own event file.</summary>
    public const string EventsLayout = "events";

    private const string Prefix = "OrleansSeg.Data.Import.Layouts.";
    private const string Suffix = ".json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
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

    /// <summary>The mapping that is asked for by name or by file; null when neither is.</summary>
    /// <exception cref="ImportUsageException">Both are, or there is none, or it says what cannot be.</exception>
    public static async Task<EventMapping?> ToldAsync(ImportOptions options, CancellationToken cancellationToken) =>
        (options.Layout, options.MappingFile) switch
        {
            (null, null) => null,
            ({ } layout, null) => Layout(layout),
            (null, { } file) => await FileAsync(file, cancellationToken),
            var (layout, file) => throw new ImportUsageException($"Both the layout {layout} and the mapping file {file} were given: one of them was expected."),
        };

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
    private static async Task<EventMapping> FileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = File.OpenRead(path);
            return Read(await new StreamReader(stream).ReadToEndAsync(cancellationToken), path);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ImportUsageException($"There is no mapping file {path}.", problem);
        }
    }

    private static EventMapping Read(string text, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (MappingCheck.FindBadProperty(document.RootElement, Json) is { } bad)
            {
                throw new ImportUsageException($"The mapping file {path} {bad}");
            }

            var mapping = document.Deserialize<EventMapping>(Json)! with { Name = $"mapping {Path.GetFileName(path)}" };
            return MappingCheck.FindProblem(mapping) is { } problem ? throw new ImportUsageException($"The mapping file {path}: {problem}") : mapping;
        }
        catch (JsonException problem)
        {
            throw new ImportUsageException($"The mapping file {path} cannot be read: {problem.Message}", problem);
        }
    }
}
