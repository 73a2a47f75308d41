using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Pooling;
using OrleansSeg.Model.Text.Transformer;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Tests.Text.Checkpoints;

public sealed class TextPoolingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-pooling-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(PoolingKind.First, new[] { 1f, -2f })]
    [InlineData(PoolingKind.Max, new[] { 3f, -2f })]
    [InlineData(PoolingKind.Mean, new[] { 2f, -3f })]
    [InlineData(PoolingKind.MeanOfRoot, new[] { 2.828427f, -4.242641f })]
    [InlineData(PoolingKind.First | PoolingKind.Mean, new[] { 1f, -2f, 2f, -3f })]
    public void Kinds_TakeARealTokensStates_AndNoPadding(PoolingKind kind, float[] expected)
    {
        using var pooling = new TextPooling(kind, normalize: false);
        using var pooled = pooling.Forward(tensor(new[] { 1f, -2f, 3f, -4f, 900f, 900f }, [1, 3, 2]), tensor(new[] { true, true, false }, [1, 3]));
        Assert.Equal(expected.Length, pooling.WidthOf(2));
        Assert.All(pooled.data<float>().Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 5));
    }

    [Fact]
    public void FolderWithoutItsOwn_HasTheMean()
    {
        using var pooled = Load().Pooling.Forward(tensor(new[] { 3f, 0f, 1f, 8f }, [1, 2, 2]), ones(1, 2, dtype: ScalarType.Bool));
        Assert.Equal([2f, 4f], pooled.data<float>().ToArray());
    }

    [Fact]
    public void FoldersOwnFiles_PoolMultiplyAndNormalize()
    {
        Modules("Transformer", "Pooling", "Dense", "Normalize");
        Write("1_Pooling", """{"word_embedding_dimension":12,"pooling_mode_cls_token":true,"pooling_mode_mean_tokens":false}""");
        Write("2_Dense", """{"in_features":12,"out_features":2,"bias":true,"activation_function":"torch.nn.modules.linear.Identity"}""");
        var weight = new float[24];
        (weight[0], weight[13]) = (3, 4);
        File.WriteAllBytes(
            Path.Combine(_folder, "2_Dense", "model.safetensors"),
            SafeTensors.Write(new Dictionary<string, StoredTensor> { ["linear.weight"] = new([2, 12], weight), ["linear.bias"] = new([2], [0, 0]) }));
        using var checkpoint = Load();
        Assert.Equal(2, checkpoint.Pooling.WidthOf(12));
        using var pooled = checkpoint.Pooling.Forward(ones(1, 2, 12), ones(1, 2, dtype: ScalarType.Bool));
        Assert.All(pooled.data<float>().Zip([0.6f, 0.8f]), pair => Assert.Equal(pair.Second, pair.First, 5));
    }

    [Theory]
    [InlineData("""{"pooling_mode_lasttoken":true}""", "'pooling_mode_lasttoken', which is not supported")]
    [InlineData("""{"pooling_mode_mean_tokens":false}""", "no pooling mode that is on")]
    [InlineData("""[]""", "no JSON object")]
    public void PoolingThatIsNotSupported_IsNamed(string config, string expected)
    {
        Modules("Transformer", "Pooling");
        Write("1_Pooling", config);
        Assert.Contains(expected, Assert.Throws<CheckpointException>(Load).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"type":"sentence_transformers.models.Pooling","path":"../1_Pooling"}]""", "no folder within its own")]
    [InlineData("""[{"type":"a.CNN","path":""}]""", "'CNN'")]
    [InlineData("""[{"type":"a.Transformer","path":""}]""", "no Pooling")]
    [InlineData("""{}""", "no list of objects")]
    [InlineData("""[1]""", "no list of objects")]
    [InlineData("""[""", "cannot be read")]
    public void ModulesThatMakeNoSense_AreRefused(string modules, string expected)
    {
        File.WriteAllText(Path.Combine(_folder, "modules.json"), modules);
        Assert.Contains(expected, Assert.Throws<CheckpointException>(Load).Message, StringComparison.Ordinal);
    }

    private void Modules(params string[] types) => File.WriteAllText(
        Path.Combine(_folder, "modules.json"),
        $"[{string.Join(',', types.Select((type, i) => $$"""{"idx":{{i}},"name":"{{i}}","path":"{{(i == 0 ? "" : $"{i}_{type}")}}","type":"sentence_transformers.models.{{type}}"}"""))}]");

    private void Write(string part, string config)
    {
        Directory.CreateDirectory(Path.Combine(_folder, part));
        File.WriteAllText(Path.Combine(_folder, part, "config.json"), config);
    }

    private TextCheckpoint Load()
    {
        var config = TinyCheckpoint.Config(BertFamily.Bert);
        return TextCheckpoint.Load(TinyCheckpoint.Save(_folder, config, TinyCheckpoint.Weights(config, "")));
    }
}
