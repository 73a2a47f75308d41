using System.Collections.Immutable;
using System.Text.Json;

namespace OrleansSeg.Model.Text.Tagging;

/// <summary>Reads labelled texts from a JSON list of utterances with spans in characters, the form of the restaurant-8k data set.</summary>
/// <remarks>
/// Coope et al. 2020, arXiv:2005.08866: <c>{"userInput": {"text": …}, "labels": [{"slot": …, "valueSpan": {"startIndex": …, "endIndex": …}}]}</c>, a
/// start that is left out being 0. A span takes in every word that it has a character of; an utterance whose spans share a word is rejected.
/// </remarks>
public static class SpanFile
{
    /// <summary>Reads the list.</summary>
    /// <param name="json">The file's bytes.</param>
    /// <param name="rejected">Told of each utterance that is rejected: its number from 1, and why.</param>
    /// <exception cref="JsonException">It is no JSON list.</exception>
    public static LabelledTexts Read(ReadOnlyMemory<byte> json, Action<int, string> rejected)
    {
        ArgumentNullException.ThrowIfNull(rejected);
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("The file is no JSON list of utterances.");
        }

        var (texts, number) = (ImmutableArray.CreateBuilder<TaggedText>(), 0);
        foreach (var utterance in document.RootElement.EnumerateArray())
        {
            number++;
            try
            {
                texts.Add(Read(utterance));
            }
            catch (Exception exception) when (exception is InvalidDataException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                rejected(number, exception.Message);
            }
        }

        return new LabelledTexts(texts.ToImmutable(), HasBeginnings: true);
    }

    private static TaggedText Read(JsonElement utterance)
    {
        var text = utterance.GetProperty("userInput").GetProperty("text").GetString() ?? throw new InvalidDataException("An utterance has no text.");
        var words = TextWords.Split(text);
        var spans = new List<WordSpan>();
        foreach (var label in utterance.TryGetProperty("labels", out var labels) ? labels.EnumerateArray() : default)
        {
            var place = label.GetProperty("valueSpan");
            var (start, end) = (place.TryGetProperty("startIndex", out var from) ? from.GetInt32() : 0, place.GetProperty("endIndex").GetInt32());
            var inside = Enumerable.Range(0, words.Length).Where(word => words[word].Start < end && words[word].End > start).ToList();
            var name = label.GetProperty("slot").GetString();
            spans.Add(inside.Count > 0 && end <= text.Length && name is { Length: > 0 }
                ? new WordSpan(inside[0], inside[^1], name)
                : throw new InvalidDataException($"A span from {start} to {end} has no word of a text of {text.Length} characters, or no label."));
        }

        spans.Sort((one, other) => one.First.CompareTo(other.First));
        return spans.Zip(spans.Skip(1)).Any(pair => pair.Second.First <= pair.First.Last)
            ? throw new InvalidDataException("Two spans share a word.")
            : new TaggedText(text, words, [.. spans]);
    }
}
