using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace OrleansSeg.Cli.Output;

/// <summary>Where words, progress and answers go: with <c>--json</c> standard output holds one document and nothing else.</summary>
internal sealed class VerbOutput
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    private static readonly JsonSerializerOptions OneLine = new(Format) { WriteIndented = false };

    private readonly TextWriter _standardOutput;

    /// <summary>Makes the output.</summary>
    /// <param name="json">Whether standard output is one JSON document.</param>
    /// <param name="standardOutput">Standard output.</param>
    /// <param name="standardError">Standard error.</param>
    public VerbOutput(bool json, TextWriter standardOutput, TextWriter standardError)
    {
        IsJson = json;
        _standardOutput = standardOutput;
        Words = standardError;
        Screen = CreateConsole(json ? standardError : standardOutput);
        ProgressScreen = CreateConsole(standardError);
    }

    /// <summary>Whether standard output is one JSON document.</summary>
    public bool IsJson { get; }

    /// <summary>Standard error: what happens on the way.</summary>
    public TextWriter Words { get; }

    /// <summary>Where answers for people go: standard output, or standard error beside a JSON document.</summary>
    public IAnsiConsole Screen { get; }

    /// <summary>Where progress bars go.</summary>
    public IAnsiConsole ProgressScreen { get; }

    /// <summary>One line about what happens.</summary>
    public void Say(string line)
    {
        if (ProgressScreen.Profile.Capabilities.Interactive)
        {
            // A progress bar may be on the screen; its console puts the line above it.
            ProgressScreen.WriteLine(line);
        }
        else
        {
            Words.WriteLine(line);
        }
    }

    /// <summary>The answer: as JSON when asked for, else as people read it.</summary>
    public void Answer<T>(T document, Action<IAnsiConsole> forPeople)
    {
        if (IsJson)
        {
            _standardOutput.WriteLine(JsonSerializer.Serialize(document, Format));
        }
        else
        {
            forPeople(Screen);
        }
    }

    /// <summary>A JSON document as this tool writes it.</summary>
    public static string ToJson<T>(T document) => JsonSerializer.Serialize(document, Format);

    /// <summary>A JSON document on one line.</summary>
    public static string ToLine<T>(T document) => JsonSerializer.Serialize(document, OneLine);

    /// <summary>Reads a document that this tool wrote.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static T? FromJson<T>(string json) => JsonSerializer.Deserialize<T>(json, Format);

    /// <summary>A document as a node, to put more beside it.</summary>
    public static JsonNode ToNode<T>(T document) => JsonSerializer.SerializeToNode(document, Format)!;

    private static IAnsiConsole CreateConsole(TextWriter writer)
    {
        var isTerminal = writer == Console.Out ? !Console.IsOutputRedirected : writer == Console.Error && !Console.IsErrorRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isTerminal)
        {
            console.Profile.Width = 160;
        }

        return console;
    }
}
