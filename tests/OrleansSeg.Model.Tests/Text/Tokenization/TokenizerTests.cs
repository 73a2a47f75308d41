using CsCheck;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Tokenization;

namespace OrleansSeg.Model.Tests.Text.Tokenization;

public sealed class TokenizerTests
{
    private static readonly string[] Kinds = ["wordpiece", "bytepairs", "unigram"];

    private static readonly Gen<string> AnyText = Gen.OneOf(
        Gen.String, Gen.String[Gen.Char['\0', '\uffff'], 0, 40], Gen.OneOf(new[] { "[SEP]", "</s>", "退货", "é", "e\u0301", "\ud83d", "\udc00", " ", "'ll", "𠀀", "İ" }.Select(Gen.Const).ToArray()).Array[0, 12].Select(string.Concat));

    [Fact]
    public void AnyText_HasIdsInBounds_AndSpansInOrderWithinIt() =>
        Gen.Select(Gen.Int[0, 2].Select(i => Kinds[i]), AnyText, AnyText, Gen.Int[5, 40]).Sample((kind, text, pair, max) =>
        {
            var tokenizer = Tokenizers[kind];
            foreach (var found in new[] { tokenizer.Encode(text, max), tokenizer.EncodePair(text, pair, max) })
            {
                Assert.InRange(found.Ids.Length, 2, max);
                Assert.All(found.Ids, id => Assert.InRange(id, 0, tokenizer.IdCount - 1));
                Assert.Equal((found.Ids.Length, found.Ids.Length), (found.Types.Length, found.Spans.Length));
                foreach (var part in found.Spans.Where(span => span.Part >= 0).GroupBy(span => span.Part))
                {
                    var length = (part.Key == 0 ? text : pair).Length;
                    Assert.All(part, span => Assert.True(span.Start >= 0 && span.Start <= span.End && span.End <= length));
                    Assert.Equal(part.Select(span => span.Start).Order(), part.Select(span => span.Start));
                }
            }
        });

    [Fact]
    public void Accents_GoWithoutIcu_AndKoreanIsItsParts()
    {
        Assert.Equal("Creme", string.Concat("Crème".EnumerateRunes().Select(rune => BaseLetters.Of(rune) ?? rune.ToString())));
        Assert.Equal("\u1112\u1161\u11ab", BaseLetters.Of(new System.Text.Rune('한')));
        Assert.Null(BaseLetters.Of(new System.Text.Rune('退')));
    }

    [Fact]
    public void CharacterMap_TakesTheLongestRule_DeletesAndKeepsSources()
    {
        var map = CharacterMap.Read(CharacterMapWriter.Write(new Dictionary<string, string> { ["①"] = "1", ["e\u0301"] = "é", ["\u0007"] = "", ["㌔"] = "キロ", ["\u3000"] = " " }));
        const string text = "①e\u0301\u0007㌔\u3000x";
        var mapped = map.Apply(text, 0, text.Length);
        Assert.Equal("1éキロ x", mapped.ToString());
        Assert.Equal((1, 3), mapped.SourceOf(1, 2));
        Assert.Equal((4, 5), mapped.SourceOf(2, 4));
    }

    [Fact]
    public void DamagedMapOrModel_IsReadOrRefusedInWords()
    {
        var map = CharacterMapWriter.Write(new Dictionary<string, string> { ["①"] = "1", ["㌔"] = "キロ" });
        var model = new SentencePieceModel([new("<unk>", 0, PieceKind.Unknown), new("<s>", 0, PieceKind.Control), new("</s>", 0, PieceKind.Control), new("▁a", -1, PieceKind.Normal)], true, map);
        var file = model.Write(0, 1, 2);
        Gen.Select(Gen.Int[0, 4000], Gen.Byte).Array[1, 4].Sample(changes =>
        {
            var damaged = file.ToArray();
            foreach (var (at, value) in changes)
            {
                damaged[at % damaged.Length] = value;
            }

            try
            {
                UnigramTextTokenizer.OfFairseq(damaged).Encode("a ①㌔ b");
            }
            catch (CheckpointException refusal)
            {
                Assert.NotEmpty(refusal.Message);
            }
        });
    }

    [Theory]
    [InlineData("""{"model":{"type":"WordLevel","vocab":{}}}""", "'WordLevel', which is not supported")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{"a":0}},"normalizer":{"type":"BertNormalizer"}}""", "neither [CLS] and [SEP]")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{"[CLS]":0,"[SEP]":1}},"normalizer":{"type":"BertNormalizer"}}""", "[UNK]")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{"[CLS]":0,"[SEP]":0,"[UNK]":1}},"normalizer":{"type":"BertNormalizer"}}""", "another entry")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"<s>":0,"</s>":1},"merges":["a b"]},"pre_tokenizer":{"type":"ByteLevel"}}""", "'a'")]
    [InlineData("""{"model":{"type":"BPE","vocab":{},"merges":[]}}""", "not over bytes")]
    [InlineData("""{"model":{"type":"Unigram","unk_id":0,"vocab":[["a"]]}}""", "no text with a score")]
    [InlineData("""{}""", "lacks model")]
    public void TokenizerThatMakesNoSense_IsRefused(string json, string expected)
    {
        var folder = Directory.CreateTempSubdirectory("orleansseg-tokens-").FullName;
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), json);
        Assert.Contains(expected, Assert.Throws<CheckpointException>(() => TokenizerFiles.Read(folder)).Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void FolderWithoutATokenizer_SaysWhatItLooksFor() =>
        Assert.Contains("sentencepiece.bpe.model", Assert.Throws<CheckpointException>(() => TokenizerFiles.Read(Path.GetTempPath())).Message, StringComparison.Ordinal);

    private static Dictionary<string, TextTokenizer> Tokenizers { get; } = Kinds.ToDictionary(
        kind => kind, kind => TokenizerFiles.Read(Path.Combine(AppContext.BaseDirectory, "Text", "Tokenization", "Fixtures", kind)));
}
