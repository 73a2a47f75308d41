using System.Text.Json;
using CsCheck;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Transformer;

namespace OrleansSeg.Model.Tests.Text.Checkpoints;

public sealed class CheckpointRefusalTests : IDisposable
{
    private static readonly BertFamilyConfig Config = TinyCheckpoint.Config(BertFamily.Bert);

    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-refusal-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("model_type", "mamba", "architecture 'mamba', which is not supported")]
    [InlineData("hidden_act", "swish", "activation 'swish'")]
    [InlineData("position_embedding_type", "relative_key", "'relative_key'")]
    [InlineData("is_decoder", true, "a decoder")]
    [InlineData("num_attention_heads", 5, "5 heads for a width of 12")]
    [InlineData("num_hidden_layers", 1000000, "num_hidden_layers 1000000; 1 to 256")]
    [InlineData("vocab_size", -1, "vocab_size -1")]
    [InlineData("vocab_size", 1e300, "vocab_size")]
    [InlineData("hidden_size", "12", "hidden_size of kind String")]
    [InlineData("hidden_size", null, "lacks hidden_size")]
    [InlineData("max_position_embeddings", 2, "2 positions")]
    [InlineData("vocab_size", 24, "Tensor 'bert.embeddings.word_embeddings.weight' is of shape (23, 12), expected (24, 12)")]
    [InlineData("num_hidden_layers", 3, "Tensor 'bert.encoder.layer.2.attention.self.query.weight' of shape (12, 12) is missing")]
    [InlineData("intermediate_size", 21, "Tensor 'bert.encoder.layer.0.intermediate.dense.weight' is of shape (20, 12), expected (21, 12)")]
    public void ConfigThatDoesNotFit_IsRefused_AndNamesWhat(string field, object? value, string expected)
    {
        Save(TinyCheckpoint.Weights(Config, "bert."));
        TinyCheckpoint.SaveConfig(_folder, Config, (field, value));
        Assert.Contains(expected, Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void HeadThatIsNotSupported_IsNamed()
    {
        Save(TinyCheckpoint.Weights(Config, ""));
        TinyCheckpoint.SaveConfig(_folder, Config, ("architectures", new[] { "BertForQuestionAnswering" }));
        Assert.Contains("'BertForQuestionAnswering', whose head is not supported", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void HeadWithoutItsTensors_IsRefused()
    {
        Save(TinyCheckpoint.Weights(Config, "bert."));
        TinyCheckpoint.SaveConfig(_folder, TinyCheckpoint.Config(BertFamily.Bert, TextHead.TokenClassification));
        Assert.Contains("Tensor 'classifier.weight' of shape (3, 12) is missing", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void FolderWithoutWeights_SaysWhatElseItHas()
    {
        TinyCheckpoint.SaveConfig(_folder, Config);
        File.WriteAllText(Path.Combine(_folder, "pytorch_model.bin"), "");
        Assert.Contains("pytorch_model.bin, which are not read: convert them to safetensors", Refusal(), StringComparison.Ordinal);
        Assert.Contains("has no config.json", Assert.Throws<CheckpointException>(() => TextCheckpoint.Load(Path.Combine(_folder, "none"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WeightThatIsNotFinite_IsNamed()
    {
        var weights = TinyCheckpoint.Weights(Config, "");
        weights["encoder.layer.1.output.dense.bias"].Values[3] = float.NaN;
        Save(weights);
        Assert.Contains("'encoder.layer.1.output.dense.bias' is not finite", Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../model-1.safetensors", "no name of a safetensors file in its folder")]
    [InlineData("/etc/passwd", "no name of a safetensors file in its folder")]
    [InlineData("sub/model.safetensors", "no name of a safetensors file in its folder")]
    [InlineData("model-2.safetensors", "model-2.safetensors")]
    [InlineData("other.safetensors", "in other.safetensors, which lacks it")]
    public void ShardElsewhereOrMissing_IsRefused(string shard, string expected)
    {
        SaveShards(TinyCheckpoint.Weights(Config, ""), _ => "model-1.safetensors");
        File.WriteAllBytes(Path.Combine(_folder, "other.safetensors"), SafeTensors.Write(new Dictionary<string, StoredTensor>()));
        SaveIndex(TinyCheckpoint.Weights(Config, "").Keys, name => name.EndsWith("query.weight", StringComparison.Ordinal) ? shard : "model-1.safetensors");
        Assert.Contains(expected, Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void AnyDamagedFile_IsLoadedOrRefusedInWords()
    {
        var config = JsonSerializer.Serialize(new { model_type = "bert", vocab_size = 23, hidden_size = 12, num_hidden_layers = 1, num_attention_heads = 3, intermediate_size = 20, max_position_embeddings = 11 });
        var weights = SafeTensors.Write(TinyCheckpoint.Weights(Config with { Layers = 1 }, ""));
        Gen.Select(Gen.Bool, Gen.Select(Gen.Int[0, 3000], Gen.Byte).Array[1, 3]).Sample((inConfig, changes) =>
        {
            var folder = Directory.CreateDirectory(Path.Combine(_folder, $"{Guid.NewGuid():N}")).FullName;
            var (text, file) = (System.Text.Encoding.UTF8.GetBytes(config), weights.ToArray());
            foreach (var (at, value) in changes)
            {
                (inConfig ? text : file)[at % (inConfig ? text.Length : file.Length)] = value;
            }

            File.WriteAllBytes(Path.Combine(folder, "config.json"), text);
            File.WriteAllBytes(Path.Combine(folder, "model.safetensors"), file);
            try
            {
                TextCheckpoint.Load(folder).Dispose();
            }
            catch (CheckpointException refusal)
            {
                Assert.NotEmpty(refusal.Message);
            }

            Directory.Delete(folder, recursive: true);
        });
    }

    private void SaveShards(Dictionary<string, StoredTensor> weights, Func<string, string> shardOf)
    {
        TinyCheckpoint.SaveConfig(_folder, Config);
        foreach (var shard in weights.GroupBy(entry => shardOf(entry.Key)))
        {
            File.WriteAllBytes(Path.Combine(_folder, shard.Key), SafeTensors.Write(shard.ToDictionary()));
        }
    }

    private void SaveIndex(IEnumerable<string> names, Func<string, string> shardOf) => File.WriteAllText(
        Path.Combine(_folder, "model.safetensors.index.json"), JsonSerializer.Serialize(new { weight_map = names.ToDictionary(name => name, shardOf) }));

    private void Save(Dictionary<string, StoredTensor> weights) => TinyCheckpoint.Save(_folder, Config, weights);

    private string Refusal() => Assert.Throws<CheckpointException>(() => TextCheckpoint.Load(_folder)).Message;
}
