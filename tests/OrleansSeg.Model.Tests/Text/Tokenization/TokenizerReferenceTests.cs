using System.Text;
using System.Text.Json;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Tokenization;

namespace OrleansSeg.Model.Tests.Text.Tokenization;

/// <summary>Against ids that Hugging Face's tokenizers gave; <c>Fixtures/make.js</c> made the files.</summary>
public sealed class TokenizerReferenceTests
{
    [Theory]
    [InlineData("wordpiece")]
    [InlineData("bytepairs")]
    [InlineData("unigram")]
    public void IdsAndSpans_AreTheReferences(string name)
    {
        var (tokenizer, cases) = Load(name);
        foreach (var entry in cases.GetProperty("singles").EnumerateArray())
        {
            var text = entry.GetProperty("text").GetString()!;
            var tokens = tokenizer.Split(text);
            Assert.Equal(Numbers(entry.GetProperty("ids")), tokens.Select(token => token.Id));
            var expected = entry.GetProperty("offsets").EnumerateArray().Select(pair => (pair[0].GetInt32(), pair[1].GetInt32())).ToList();
            for (var i = 0; i < tokens.Count; i++)
            {
                // A word's boundary alone stands for no character here, and for the first of the word there.
                var found = (RunesBefore(text, tokens[i].Start), RunesBefore(text, tokens[i].End));
                var (start, end) = expected[i];
                while (text[tokens[i].Start..tokens[i].End] == "<mask>" && Rune.IsWhiteSpace(text.EnumerateRunes().ElementAt(start)))
                {
                    // There, a mask's span may hold the spaces that it took along.
                    start++;
                }

                Assert.Equal(found.Item1 == found.Item2 ? (start, start) : (start, end), found);
            }
        }
    }

    [Theory]
    [InlineData("wordpiece")]
    [InlineData("bytepairs")]
    [InlineData("unigram")]
    public void Pairs_AreLaidOutAndCutAsTheReferenceDoes(string name)
    {
        var (tokenizer, cases) = Load(name);
        foreach (var entry in cases.GetProperty("pairs").EnumerateArray())
        {
            var found = tokenizer.EncodePair(entry.GetProperty("text").GetString()!, entry.GetProperty("pair").GetString()!, entry.GetProperty("max").GetInt32());
            Assert.Equal(Numbers(entry.GetProperty("ids")), found.Ids);
            Assert.Equal(Numbers(entry.GetProperty("types")), found.Types);
            Assert.InRange(found.Ids.Length, 3, entry.GetProperty("max").GetInt32());
        }
    }

    [SkippableFact]
    public void PublicWordPieceCases_AreMet()
    {
        var path = SharedData.Path("parity", "wordpiece_cases.json");
        var cases = JsonDocument.Parse(File.ReadAllText(path)).RootElement.GetProperty("wordpiece");
        var folder = Directory.CreateTempSubdirectory("orleansseg-tokens-").FullName;
        File.Copy(Path.Combine(Path.GetDirectoryName(path)!, cases.GetProperty("tokenizer").GetString()!), Path.Combine(folder, "tokenizer.json"));
        var tokenizer = TokenizerFiles.Read(folder);
        Directory.Delete(folder, recursive: true);
        Assert.All(cases.GetProperty("cases").EnumerateArray(), entry =>
            Assert.Equal(Numbers(entry.GetProperty("ids")), tokenizer.Split(entry.GetProperty("text").GetString()!).Select(token => token.Id)));
    }

    [Fact]
    public void FilesApart_GiveTheIdsOfTheirTokenizerJson()
    {
        var folder = Directory.CreateTempSubdirectory("orleansseg-tokens-").FullName;
        var whole = JsonDocument.Parse(File.ReadAllText(Fixture("bytepairs", "tokenizer.json"))).RootElement.GetProperty("model");
        File.WriteAllText(Path.Combine(folder, "vocab.json"), whole.GetProperty("vocab").GetRawText());
        File.WriteAllLines(Path.Combine(folder, "merges.txt"), ["#version: 0.2", .. whole.GetProperty("merges").EnumerateArray().Select(merge => merge.GetString()!)]);
        SameIds("bytepairs", TokenizerFiles.Read(folder));
        var words = JsonDocument.Parse(File.ReadAllText(Fixture("wordpiece", "tokenizer.json"))).RootElement.GetProperty("model").GetProperty("vocab");
        File.WriteAllLines(Path.Combine(folder, "vocab.txt"), words.EnumerateObject().OrderBy(entry => entry.Value.GetInt32()).Select(entry => entry.Name));
        SameIds("wordpiece", TokenizerFiles.Read(folder));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void SentencePieceFile_IsNumberedAsFairseqDoes()
    {
        var pieces = JsonDocument.Parse(File.ReadAllText(Fixture("unigram", "tokenizer.json"))).RootElement.GetProperty("model").GetProperty("vocab").EnumerateArray()
            .Select(entry => new Piece(entry[0].GetString()!, entry[1].GetSingle(), PieceKind.Normal)).Skip(4).SkipLast(1);
        var model = new SentencePieceModel(
            [new("<unk>", 0, PieceKind.Unknown), new("<s>", 0, PieceKind.Control), new("</s>", 0, PieceKind.Control), .. pieces], IsUnigram: true, []);
        var folder = Directory.CreateTempSubdirectory("orleansseg-tokens-").FullName;
        File.WriteAllBytes(Path.Combine(folder, "sentencepiece.bpe.model"), model.Write(0, 1, 2));
        var tokenizer = TokenizerFiles.Read(folder);
        Directory.Delete(folder, recursive: true);
        SameIds("unigram", tokenizer);
        Assert.Equal((0, 2, 1, 3), (tokenizer.Special.Start, tokenizer.Special.End, tokenizer.Special.Padding, tokenizer.Special.Unknown));
    }

    private static void SameIds(string name, TextTokenizer tokenizer)
    {
        var (expected, cases) = Load(name);
        Assert.Equal(expected.IdCount, tokenizer.IdCount);
        Assert.All(cases.GetProperty("singles").EnumerateArray(), entry =>
            Assert.Equal(Numbers(entry.GetProperty("ids")), tokenizer.Split(entry.GetProperty("text").GetString()!).Select(token => token.Id)));
    }

    private static (TextTokenizer Tokenizer, JsonElement Cases) Load(string name) =>
        (TokenizerFiles.Read(Path.GetDirectoryName(Fixture(name, "tokenizer.json"))!), JsonDocument.Parse(File.ReadAllText(Fixture(name, "cases.json"))).RootElement);

    private static string Fixture(string name, string file) => Path.Combine(AppContext.BaseDirectory, "Text", "Tokenization", "Fixtures", name, file);

    private static int RunesBefore(string text, int at) => text[..at].EnumerateRunes().Count();

    private static IEnumerable<int> Numbers(JsonElement list) => list.EnumerateArray().Select(number => number.GetInt32());
}
