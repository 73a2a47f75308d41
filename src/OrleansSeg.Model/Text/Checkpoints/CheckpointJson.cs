using System.Text;
using System.Text.Json;

namespace OrleansSeg.Model.Text.Checkpoints;

/// <summary>Reads one of a checkpoint's JSON objects, with the names that the file itself uses.</summary>
/// <param name="file">The file's name, for messages.</param>
/// <param name="root">The object.</param>
internal sealed class CheckpointJson(string file, JsonElement root)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Most bytes of a configuration; a <c>tokenizer.json</c> of a quarter of a million pieces has some 17 MB.</summary>
    public const long BytesMax = 64 * 1024 * 1024;

    /// <summary>The object.</summary>
    public JsonElement Root => root;

    /// <summary>Reads a file whole.</summary>
    /// <exception cref="CheckpointException">It is missing, too large, or no JSON object.</exception>
    public static CheckpointJson Read(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        try
        {
            if (!File.Exists(path))
            {
                throw new CheckpointException($"{folder} has no {file}.");
            }

            if (new FileInfo(path).Length > BytesMax)
            {
                throw new CheckpointException($"{file} has more than {BytesMax} bytes.");
            }

            var root = Parse(File.ReadAllBytes(path));
            return root.ValueKind == JsonValueKind.Object ? new CheckpointJson(file, root) : throw new CheckpointException($"{file} is no JSON object.");
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new CheckpointException($"{file} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Parses JSON all of whose texts can be read.</summary>
    /// <exception cref="JsonException">It is none, or one holds half a surrogate pair.</exception>
    /// <exception cref="DecoderFallbackException">It is not UTF-8.</exception>
    public static JsonElement Parse(byte[] bytes)
    {
        var text = Strict.GetString(bytes);
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 32 });
        if (text.Contains("\\ud", StringComparison.OrdinalIgnoreCase))
        {
            ReadTexts(document.RootElement);
        }

        return document.RootElement.Clone();
    }

    /// <summary>A text, or null where it is absent or null.</summary>
    public string? Text(string name) => Find(name, JsonValueKind.String)?.GetString();

    /// <summary>A switch, or its default where it is absent or null.</summary>
    public bool Flag(string name, bool otherwise) =>
        root.TryGetProperty(name, out var found) && found.ValueKind is JsonValueKind.True or JsonValueKind.False ? found.GetBoolean() : otherwise;

    /// <summary>A whole number within bounds; without a default it must be there.</summary>
    /// <exception cref="CheckpointException">It is absent, no whole number, or out of bounds.</exception>
    public int Whole(string name, int min, int max, int? otherwise = null)
    {
        if (Find(name, JsonValueKind.Number) is not { } found)
        {
            return otherwise ?? throw new CheckpointException($"{file} lacks {name}.");
        }

        return found.TryGetInt32(out var value) && value >= min && value <= max
            ? value
            : throw new CheckpointException($"{file} has {name} {found.GetRawText()}; {min} to {max} are possible.");
    }

    /// <summary>A number within bounds, or its default where it is absent or null.</summary>
    /// <exception cref="CheckpointException">It is out of bounds.</exception>
    public double Real(string name, double min, double max, double otherwise)
    {
        if (Find(name, JsonValueKind.Number) is not { } found)
        {
            return otherwise;
        }

        return found.TryGetDouble(out var value) && value >= min && value <= max
            ? value
            : throw new CheckpointException($"{file} has {name} {found.GetRawText()}; {min} to {max} are possible.");
    }

    /// <summary>An object within this one, or null where it is absent or null.</summary>
    public CheckpointJson? Part(string name) => Find(name, JsonValueKind.Object) is { } found ? new CheckpointJson(file, found) : null;

    // A document is parsed before its texts are; without this, whoever reads one first would meet the damage.
    private static void ReadTexts(JsonElement element)
    {
        try
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.String:
                    _ = element.GetString();
                    break;
                case JsonValueKind.Array:
                    element.EnumerateArray().ToList().ForEach(ReadTexts);
                    break;
                case JsonValueKind.Object:
                    foreach (var field in element.EnumerateObject())
                    {
                        _ = field.Name;
                        ReadTexts(field.Value);
                    }

                    break;
            }
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException(exception.Message, exception);
        }
    }

    private JsonElement? Find(string name, JsonValueKind kind)
    {
        if (!root.TryGetProperty(name, out var found) || found.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return found.ValueKind == kind ? found : throw new CheckpointException($"{file} has {name} of kind {found.ValueKind}, expected {kind}.");
    }
}
