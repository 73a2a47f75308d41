using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using OrleansSeg.Cli.Output;
using OrleansSeg.Model.Text.Tagging;

namespace OrleansSeg.Cli.Tagging;

/// <summary>A file of labelled texts, read with what was rejected of it.</summary>
/// <param name="Texts">What was read.</param>
/// <param name="Rejected">Texts that could not be.</param>
internal sealed record LabelledFile(LabelledTexts Texts, int Rejected)
{
    private const int ShownMax = 5;
    private const int ValidationEvery = 10;

    /// <summary>Reads a file: a JSON list of utterances with spans, or a word to a line.</summary>
    /// <exception cref="UsageException">There is no such file, it is malformed, or it holds no text.</exception>
    public static LabelledFile Read(FileInfo file, VerbOutput output)
    {
        if (!file.Exists)
        {
            throw new UsageException($"There is no file {file.FullName}.");
        }

        var (count, texts) = (0, (LabelledTexts?)null);
        try
        {
            if (file.Extension.Equals(".json", StringComparison.OrdinalIgnoreCase))
            {
                texts = SpanFile.Read(File.ReadAllBytes(file.FullName), (number, why) => Reject($"utterance {number}", why));
            }
            else
            {
                using var reader = new StreamReader(file.FullName, new UTF8Encoding(false, throwOnInvalidBytes: true));
                texts = ConllFile.Read(reader, (line, why) => Reject($"line {line}", why));
            }
        }
        catch (Exception exception) when (exception is JsonException or DecoderFallbackException)
        {
            throw new UsageException($"{file.Name} cannot be read: {exception.Message}");
        }

        return texts.Texts.Length > 0 ? new LabelledFile(texts, count) : throw new UsageException($"{file.Name} holds no labelled text; {count} were rejected.");

        void Reject(string place, string why)
        {
            if (++count <= ShownMax)
            {
                output.Say($"{file.Name}, {place}: {why}; the text is left out.");
            }
        }
    }

    /// <summary>A tenth of the texts, chosen by their hash, and the others: equal texts are on one side.</summary>
    public (List<TaggedText> Training, List<TaggedText> Validation) Split(int seed)
    {
        var sides = Texts.Texts.ToLookup(text => XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(text.Text), seed) % ValidationEvery == 0);
        return ([.. sides[false]], [.. sides[true]]);
    }
}
