using System.Text.Json;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Pooling;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Tests.Text.Checkpoints;

/// <summary>Against numbers that Hugging Face's own code computed in double precision.</summary>
public sealed class PublishedParityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-parity-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableTheory]
    [InlineData("tiny_bert")]
    [InlineData("tiny_roberta")]
    [InlineData("tiny_distilbert")]
    public void States_AgreeWithTheReference(string name)
    {
        using var checkpoint = Load(name);
        var expected = Reference(name + "_hidden.json");
        using var batch = Batch(checkpoint, expected, "token_types");
        using var states = checkpoint.Encoder.Forward(batch);
        Near(Numbers(expected.GetProperty("hidden")), states);
    }

    [SkippableFact]
    public void Logits_AgreeWithTheReference_AndLabelsAreNamed()
    {
        using var checkpoint = Load("tiny_bert_seqcls");
        var expected = Reference("tiny_bert_seqcls_logits.json");
        using var batch = Batch(checkpoint, expected, "token_types");
        using var states = checkpoint.Encoder.Forward(batch);
        using var logits = checkpoint.SequenceLogits(states);
        Near(Numbers(expected.GetProperty("logits")), logits);
        var told = logits.argmax(1).data<long>().Select(label => checkpoint.Config.Labels[(int)label]);
        Assert.Equal(expected.GetProperty("labels").EnumerateArray().Select(label => label.GetString()!), told);
    }

    [SkippableFact]
    public void Embeddings_OfTheMeanAtUnitLength_AgreeWithTheReference()
    {
        using var checkpoint = Load("tiny_e5");
        var expected = Reference("tiny_e5_embed.json");
        var lengths = expected.GetProperty("real_tokens").EnumerateArray().Select(count => count.GetInt64()).ToArray();

        // The reference attended to the padding too, and left it out of the mean alone.
        using var batch = TokenBatch.Of(Rows(expected.GetProperty("sequences")), checkpoint.Config.PaddingId);
        using var states = checkpoint.Encoder.Forward(batch);
        using var real = TensorNumbers.CountUp(batch.Ids.shape[1]).unsqueeze(0).less(tensor(lengths).unsqueeze(1)); // (1, T) < (B, 1) -> (B, T)
        using var pooling = new TextPooling(PoolingKind.Mean, normalize: true);
        using var pooled = pooling.Forward(states, real);
        Near(Numbers(expected.GetProperty("embeddings")), pooled);
    }

    private TextCheckpoint Load(string name)
    {
        // Copied to the names they are published under.
        var folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        File.Copy(SharedData.Path("parity", name + "_config.json"), Path.Combine(folder, "config.json"));
        File.Copy(SharedData.Path("parity", name + ".safetensors"), Path.Combine(folder, "model.safetensors"));
        return TextCheckpoint.Load(folder);
    }

    private static JsonElement Reference(string file) => JsonDocument.Parse(File.ReadAllText(SharedData.Path("parity", file))).RootElement;

    private static TokenBatch Batch(TextCheckpoint checkpoint, JsonElement expected, string types) =>
        TokenBatch.Of(Rows(expected.GetProperty("sequences")), checkpoint.Config.PaddingId, Rows(expected.GetProperty(types)));

    private static List<int[]> Rows(JsonElement rows) => [.. rows.EnumerateArray().Select(row => row.EnumerateArray().Select(id => id.GetInt32()).ToArray())];

    private static IEnumerable<double> Numbers(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().SelectMany(Numbers) : [element.GetDouble()];

    private static void Near(IEnumerable<double> expected, Tensor found)
    {
        var (wanted, numbers) = (expected.ToArray(), found.contiguous().data<float>().ToArray());
        Assert.Equal(wanted.Length, numbers.Length);
        Assert.InRange(wanted.Zip(numbers, (one, other) => Math.Abs(one - other)).Max(), 0, 1e-5);
    }
}
