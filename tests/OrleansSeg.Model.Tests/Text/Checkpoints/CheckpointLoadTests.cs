using System.Text.Json;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Tests.Text.Checkpoints;

public sealed class CheckpointLoadTests : IDisposable
{
    private static readonly BertFamilyConfig Config = TinyCheckpoint.Config(BertFamily.Bert);

    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-load-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Shards_GiveTheStatesOfOneFile()
    {
        var weights = TinyCheckpoint.Weights(Config, "bert.");
        var whole = States(TinyCheckpoint.Save(Path.Combine(_folder, "whole"), Config, weights));
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "shards")).FullName;
        TinyCheckpoint.SaveConfig(folder, Config);
        var shards = weights.Select((entry, i) => (entry, file: $"model-0000{i % 3}-of-00003.safetensors")).ToList();
        foreach (var shard in shards.GroupBy(part => part.file))
        {
            File.WriteAllBytes(Path.Combine(folder, shard.Key), SafeTensors.Write(shard.Select(part => part.entry).ToDictionary()));
        }

        var map = shards.ToDictionary(part => part.entry.Key, part => part.file);
        File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), JsonSerializer.Serialize(new { weight_map = map }));
        Assert.Equal(whole, States(folder));
    }

    [Fact]
    public void OlderNamesOfNormalization_AreKnown()
    {
        var weights = TinyCheckpoint.Weights(Config, "bert.");
        var whole = States(TinyCheckpoint.Save(Path.Combine(_folder, "new"), Config, weights));
        var older = weights.ToDictionary(
            entry => entry.Key.Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal).Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal),
            entry => entry.Value);
        Assert.Equal(whole, States(TinyCheckpoint.Save(Path.Combine(_folder, "old"), Config, older)));
    }

    [Fact]
    public void PoolerAndHeads_AreLoadedWhereTheyAre_AndOthersAreListed()
    {
        var weights = TinyCheckpoint.Weights(Config, "bert.");
        weights["cls.seq_relationship.weight"] = new StoredTensor([2, 12], new float[24]);
        using (var checkpoint = TextCheckpoint.Load(TinyCheckpoint.Save(Path.Combine(_folder, "pooler"), Config, weights)))
        {
            Assert.True(checkpoint.HasPooler);
            Assert.Equal(["cls.seq_relationship.weight"], checkpoint.UnusedTensors);
        }

        weights.Remove("bert.pooler.dense.weight");
        weights.Remove("bert.pooler.dense.bias");
        using var bare = TextCheckpoint.Load(TinyCheckpoint.Save(Path.Combine(_folder, "bare"), Config, weights));
        Assert.False(bare.HasPooler);
        Assert.Throws<InvalidOperationException>(() => bare.Pool(zeros(1, 1, 12)));
    }

    [Fact]
    public void PositionIds_AsWholeNumbers_AreTolerated()
    {
        // Older published files keep them as a buffer of int64.
        var folder = TinyCheckpoint.Save(Path.Combine(_folder, "ids"), Config, TinyCheckpoint.Weights(Config, ""));
        var path = Path.Combine(folder, "model.safetensors");
        var file = File.ReadAllBytes(path);
        var header = System.Text.Encoding.UTF8.GetString(file, 8, (int)BitConverter.ToInt64(file)).TrimEnd();
        var data = file.Length - 8 - BitConverter.ToInt64(file);
        var pad = (int)((8 - (data % 8)) % 8);
        var extra = $"{header[..^1]},\"filler\":{{\"dtype\":\"U8\",\"shape\":[{pad}],\"data_offsets\":[{data},{data + pad}]}},"
            + $"\"embeddings.position_ids\":{{\"dtype\":\"I64\",\"shape\":[1,1],\"data_offsets\":[{data + pad},{data + pad + 8}]}}}}";
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)extra.Length), .. System.Text.Encoding.UTF8.GetBytes(extra), .. file[^(int)data..], .. new byte[pad + 8]]);
        using var checkpoint = TextCheckpoint.Load(folder);
        Assert.Contains("embeddings.position_ids", checkpoint.UnusedTensors);
    }

    [Fact]
    public void BaseShape_OfRandomWeights_LoadsFromAMapAndAnswers()
    {
        // 12 layers of 768: the shape of BERT-base, with a table of 1,000 tokens in place of 30,522, in bf16 as large files are published.
        var config = new BertFamilyConfig { VocabularySize = 1000, Hidden = 768, Layers = 12, Heads = 12, Intermediate = 3072, Positions = 512, TokenTypes = 2 };
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "base")).FullName;
        TinyCheckpoint.SaveConfig(folder, config);
        HalfWidthFile.Write(Path.Combine(folder, "model.safetensors"), BertShapes.Of(config));
        using var checkpoint = TextCheckpoint.Load(folder);
        using var batch = TokenBatch.Of([[.. Enumerable.Range(0, 128)], [.. Enumerable.Range(0, 32)]], 0);
        using var quiet = no_grad();
        using var states = checkpoint.Encoder.Forward(batch);
        Assert.Equal([2L, 128L, 768L], states.shape);
        Assert.True(states.isfinite().all().item<bool>());

        // Padding must not be seen: the shorter text alone has the same states.
        using var alone = TokenBatch.Of([[.. Enumerable.Range(0, 32)]], 0);
        using var aloneStates = checkpoint.Encoder.Forward(alone);
        Assert.InRange((states[1].narrow(0, 0, 32) - aloneStates[0]).abs().max().item<float>(), 0, 2e-4f);
    }

    private static float[] States(string folder)
    {
        using var checkpoint = TextCheckpoint.Load(folder);
        using var batch = TokenBatch.Of([[2, 7, 3]], 0);
        using var states = checkpoint.Encoder.Forward(batch);
        return states.contiguous().data<float>().ToArray();
    }
}
