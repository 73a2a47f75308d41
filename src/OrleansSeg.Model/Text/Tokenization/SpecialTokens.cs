namespace OrleansSeg.Model.Text.Tokenization;

/// <summary>The tokens that stand for no characters, and how a text or a pair is laid out with them.</summary>
/// <remarks>BERT's layout is <c>[CLS] A [SEP] B [SEP]</c>, RoBERTa's <c>&lt;s&gt; A &lt;/s&gt; &lt;/s&gt; B &lt;/s&gt;</c>, without types.</remarks>
public sealed record SpecialTokens
{
    /// <summary>Before a text.</summary>
    public required int Start { get; init; }

    /// <summary>After a text.</summary>
    public required int End { get; init; }

    /// <summary>After the end of a shorter text in a batch.</summary>
    public required int Padding { get; init; }

    /// <summary>For what the vocabulary cannot write; -1 where it can write everything.</summary>
    public required int Unknown { get; init; }

    /// <summary>For a hidden token; -1 where there is none.</summary>
    public required int Mask { get; init; }

    /// <summary>Whether two ends stand between the texts of a pair, whose tokens then are all of one type.</summary>
    public required bool DoubleSeparator { get; init; }

    /// <summary>Tokens that are recognized as they stand in a text, by their content.</summary>
    public required IReadOnlyDictionary<string, int> Contents { get; init; }

    /// <summary>Contents that take the spaces before them along, so that these are no token.</summary>
    public required IReadOnlySet<string> SpaceBefore { get; init; }

    /// <summary>How many special tokens a text has around it, or a pair.</summary>
    public int CountAround(bool pair) => !pair ? 2 : DoubleSeparator ? 4 : 3;

    /// <summary>Finds the layout by the names in a vocabulary.</summary>
    /// <param name="find">The id of a token, or null.</param>
    /// <param name="added">More tokens that are recognized as they stand.</param>
    /// <returns>Null where the vocabulary has neither family's names.</returns>
    internal static SpecialTokens? Find(Func<string, int?> find, AddedTokens added)
    {
        string[] bert = ["[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]"], roberta = ["<s>", "</s>", "<pad>", "<unk>", "<mask>"];
        var names = find(bert[0]) is not null && find(bert[1]) is not null ? bert : roberta;
        if (find(names[0]) is not { } start || find(names[1]) is not { } end)
        {
            return null;
        }

        var contents = new Dictionary<string, int>(added.Ids, StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (find(name) is { } id)
            {
                contents[name] = id;
            }
        }

        return new SpecialTokens
        {
            Start = start,
            End = end,
            Padding = find(names[2]) ?? 0,
            Unknown = find(names[3]) ?? -1,
            Mask = find(names[4]) ?? -1,
            DoubleSeparator = names == roberta,
            Contents = contents,
            SpaceBefore = added.SpaceBefore,
        };
    }
}
