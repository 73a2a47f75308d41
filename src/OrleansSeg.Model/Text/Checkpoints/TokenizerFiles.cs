using System.Text.Json;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text.Tokenization;

namespace OrleansSeg.Model.Text.Checkpoints;

/// <summary>Finds a folder's tokenizer: <c>tokenizer.json</c>, else <c>vocab.txt</c>, <c>vocab.json</c> with <c>merges.txt</c>, or <c>sentencepiece.bpe.model</c>.</summary>
internal static class TokenizerFiles
{
    private const string WholeFile = "tokenizer.json";
    private const string ConfigFile = "tokenizer_config.json";
    private const string WordsFile = "vocab.txt";
    private const string PairsFile = "vocab.json";
    private const string MergesFile = "merges.txt";
    private const string SentencePieceFile = "sentencepiece.bpe.model";

    /// <summary>Reads the folder's tokenizer.</summary>
    /// <exception cref="CheckpointException">There is none, or it is malformed or not supported; the message names the file.</exception>
    public static TextTokenizer Read(string folder)
    {
        if (Has(folder, WholeFile))
        {
            return ReadWhole(CheckpointJson.Read(folder, WholeFile));
        }

        if (Has(folder, WordsFile))
        {
            return ReadWords(folder);
        }

        if (Has(folder, PairsFile) && Has(folder, MergesFile))
        {
            var config = Has(folder, ConfigFile) ? CheckpointJson.Read(folder, ConfigFile) : null;
            return BytePairTextTokenizer.Of(
                IdsOf(CheckpointJson.Read(folder, PairsFile).Root, PairsFile), Merges(ReadText(folder, MergesFile)), config?.Flag("add_prefix_space", false) ?? false, AddedTokens.Roberta);
        }

        return Has(folder, SentencePieceFile)
            ? UnigramTextTokenizer.OfFairseq(ReadBytes(folder, SentencePieceFile))
            : throw new CheckpointException($"{folder} has no tokenizer: none of {WholeFile}, {WordsFile}, {PairsFile} with {MergesFile}, {SentencePieceFile}.");
    }

    /// <summary>The files that a folder's tokenizer is made of, by name: what a model that keeps the tokenizer is saved with.</summary>
    public static Dictionary<string, byte[]> BytesOf(string folder) => NamesIn(folder).ToDictionary(file => file, file => ReadBytes(folder, file));

    /// <summary>Names of the files that a folder's tokenizer is made of.</summary>
    public static IEnumerable<string> NamesIn(string folder) =>
        new[] { WholeFile, ConfigFile, WordsFile, PairsFile, MergesFile, SentencePieceFile }.Where(file => Has(folder, file));

    private static TextTokenizer ReadWhole(CheckpointJson json)
    {
        var model = json.Part("model") ?? throw new CheckpointException($"{WholeFile} lacks model.");
        var added = Added(json);

        // Files of before 2021 do not say the kind.
        var kind = model.Text("type") ?? (model.Root.TryGetProperty("merges", out _) ? "BPE" : "WordPiece");
        switch (kind)
        {
            case "WordPiece":
                var normalizer = json.Part("normalizer");
                if (normalizer?.Text("type") is not "BertNormalizer" || model.Text("continuing_subword_prefix") is not (null or "##"))
                {
                    throw new CheckpointException($"{WholeFile} has a normalizer or a prefix that BERT's WordPiece does not have; it is not supported.");
                }

                var lower = normalizer.Flag("lowercase", true);
                var options = new BertTextOptions(
                    lower, normalizer.Flag("strip_accents", lower), normalizer.Flag("handle_chinese_chars", true), normalizer.Flag("clean_text", true));
                return WordPieceTextTokenizer.Of(IdsOf(Vocabulary(model), WholeFile), options, model.Text("unk_token") ?? "[UNK]", added);
            case "BPE":
                if (FindPart(json.Part("pre_tokenizer"), "ByteLevel", "pretokenizers") is not { } byteLevel || json.Part("normalizer") is not null)
                {
                    throw new CheckpointException($"{WholeFile} has byte pairs that are not over bytes, or a normalizer before them; it is not supported.");
                }

                return BytePairTextTokenizer.Of(IdsOf(Vocabulary(model), WholeFile), Merges(model), byteLevel.Flag("add_prefix_space", false), added);
            case "Unigram":
                var map = FindPart(json.Part("normalizer"), "Precompiled", "normalizers")?.Text("precompiled_charsmap") ?? "";
                return UnigramTextTokenizer.Of(new SentencePieceModel(PiecesOf(model), IsUnigram: true, Decode(map)), added);
            default:
                throw new CheckpointException($"{WholeFile} is of the kind '{SafeTensorsHeader.Shown(kind)}', which is not supported; WordPiece, BPE and Unigram are.");
        }
    }

    private static WordPieceTextTokenizer ReadWords(string folder)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var lines = ReadText(folder, WordsFile).Split('\n').Select(line => line.TrimEnd('\r')).ToList();
        for (var id = 0; id < lines.Count; id++)
        {
            // The last line has an end and nothing after it; of an entry that is repeated, the reference keeps the last.
            if (lines[id].Length > 0)
            {
                ids[lines[id]] = id;
            }
        }

        var config = Has(folder, ConfigFile) ? CheckpointJson.Read(folder, ConfigFile) : null;

        // A vocabulary with capital letters was made of texts that kept them.
        var lower = config?.Flag("do_lower_case", true) ?? !ids.Keys.Any(entry => entry[0] != '[' && entry.Any(char.IsAsciiLetterUpper));
        var options = new BertTextOptions(lower, config?.Flag("strip_accents", lower) ?? lower, config?.Flag("tokenize_chinese_chars", true) ?? true);
        return WordPieceTextTokenizer.Of(ids, options, "[UNK]", AddedTokens.None);
    }

    private static JsonElement Vocabulary(CheckpointJson model) => model.Part("vocab")?.Root ?? throw new CheckpointException($"{WholeFile} lacks model.vocab.");

    private static Dictionary<string, int> IdsOf(JsonElement vocabulary, string file)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in vocabulary.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out var id) || id is < 0 or >= 1 << 24 || !ids.TryAdd(entry.Name, id))
            {
                throw new CheckpointException($"{file} has the entry '{SafeTensorsHeader.Shown(entry.Name)}' twice, or with an id that is none.");
            }
        }

        return ids;
    }

    private static AddedTokens Added(CheckpointJson json)
    {
        var (added, spaced) = (new Dictionary<string, int>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        if (json.Root.TryGetProperty("added_tokens", out var list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (var token in list.EnumerateArray().Where(token => token.ValueKind == JsonValueKind.Object).Select(token => new CheckpointJson(WholeFile, token)))
            {
                if (token.Text("content") is { Length: > 0 } content)
                {
                    added[content] = token.Whole("id", 0, (1 << 24) - 1);
                    if (token.Flag("lstrip", false))
                    {
                        spaced.Add(content);
                    }
                }
            }
        }

        return new AddedTokens(added, spaced);
    }

    private static IEnumerable<string> Merges(string text) =>
        text.Split('\n').Select(line => line.TrimEnd('\r')).Where((line, i) => line.Length > 0 && !(i == 0 && line.StartsWith("#version", StringComparison.Ordinal)));

    private static List<string> Merges(CheckpointJson model)
    {
        // Each is a text with a space between, or, of late, a list of two texts.
        if (!model.Root.TryGetProperty("merges", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw new CheckpointException($"{WholeFile} lacks model.merges.");
        }

        return [.. list.EnumerateArray().Select(merge => merge.ValueKind switch
        {
            JsonValueKind.String => merge.GetString()!,
            JsonValueKind.Array when merge.GetArrayLength() == 2 && merge.EnumerateArray().All(part => part.ValueKind == JsonValueKind.String) =>
                $"{merge[0].GetString()} {merge[1].GetString()}",
            _ => throw new CheckpointException($"{WholeFile} has a merge that is no pair of texts."),
        })];
    }

    private static List<Piece> PiecesOf(CheckpointJson model)
    {
        if (!model.Root.TryGetProperty("vocab", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw new CheckpointException($"{WholeFile} lacks model.vocab.");
        }

        var unknown = model.Whole("unk_id", 0, 1 << 24);
        return [.. list.EnumerateArray().Select((entry, index) =>
            entry.ValueKind == JsonValueKind.Array && entry.GetArrayLength() == 2 && entry[0].ValueKind == JsonValueKind.String && entry[1].ValueKind == JsonValueKind.Number
                ? new Piece(entry[0].GetString()!, (float)entry[1].GetDouble(), index == unknown ? PieceKind.Unknown : KindOf(entry[0].GetString()!))
                : throw new CheckpointException($"{WholeFile} has an entry in model.vocab that is no text with a score."))];
    }

    private static PieceKind KindOf(string piece) => piece is "<s>" or "</s>" or "<pad>" or "<mask>" ? PieceKind.Control : PieceKind.Normal;

    private static CheckpointJson? FindPart(CheckpointJson? part, string type, string list)
    {
        if (part is null || part.Text("type") == type)
        {
            return part;
        }

        return part.Root.TryGetProperty(list, out var parts) && parts.ValueKind == JsonValueKind.Array
            ? parts.EnumerateArray().Where(each => each.ValueKind == JsonValueKind.Object).Select(each => FindPart(new CheckpointJson(WholeFile, each), type, list)).FirstOrDefault(found => found is not null)
            : null;
    }

    private static byte[] Decode(string base64)
    {
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException exception)
        {
            throw new CheckpointException($"{WholeFile} has a map of characters that is no base64.", exception);
        }
    }

    private static bool Has(string folder, string file) => File.Exists(Path.Combine(folder, file));

    private static string ReadText(string folder, string file) => System.Text.Encoding.UTF8.GetString(ReadBytes(folder, file));

    private static byte[] ReadBytes(string folder, string file)
    {
        try
        {
            return new FileInfo(Path.Combine(folder, file)).Length <= CheckpointJson.BytesMax
                ? File.ReadAllBytes(Path.Combine(folder, file))
                : throw new CheckpointException($"{file} has more than {CheckpointJson.BytesMax} bytes.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{file} cannot be read: {exception.Message}", exception);
        }
    }
}
