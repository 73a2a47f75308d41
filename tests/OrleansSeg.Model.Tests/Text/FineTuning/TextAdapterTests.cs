using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.FineTuning;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Tests.Text.FineTuning;

public sealed class TextAdapterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-adapter-").FullName;

    public static TheoryData<AdapterKind> Kinds { get; } = [AdapterKind.Lora, AdapterKind.AdaLora, AdapterKind.Bottleneck];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void NewAdapter_ChangesNothing_AndATrainedOneOnlyWhatItIsGivenTo(AdapterKind kind)
    {
        using var encoder = SmallEncoder.Create();
        using var batch = SmallEncoder.Batch(1);
        using var adapter = new TextAdapter(encoder, new AdapterOptions { Kind = kind, Rank = 2 }, seed: 3);
        var plain = SmallEncoder.States(encoder, batch);
        Assert.All(plain.Zip(SmallEncoder.States(encoder, batch, adapter)), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));

        Shake(adapter, 4);
        Assert.True(Distance(plain, SmallEncoder.States(encoder, batch, adapter)) > 0.01);
        Assert.Equal(plain, SmallEncoder.States(encoder, batch));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ProductsInHalfPrecision_GiveNearlyTheSame_WithAnAdapterToo(AdapterKind kind)
    {
        using var encoder = SmallEncoder.Create();
        using var batch = SmallEncoder.Batch(1);
        using var adapter = new TextAdapter(encoder, new AdapterOptions { Kind = kind, Rank = 2 }, seed: 3);
        Shake(adapter, 4);
        Assert.InRange(Distance(SmallEncoder.States(encoder, batch), SmallEncoder.States(encoder, batch, new HalfProducts(null))), 1e-6, 0.15);
        Assert.InRange(Distance(SmallEncoder.States(encoder, batch, adapter), SmallEncoder.States(encoder, batch, new HalfProducts(adapter))), 1e-6, 0.15);
    }

    [Theory]
    [InlineData(AdapterKind.Lora)]
    [InlineData(AdapterKind.AdaLora)]
    public void MergedChanges_GiveWhatTheyGaveApart(AdapterKind kind)
    {
        using var encoder = SmallEncoder.Create();
        using var batch = SmallEncoder.Batch(1);
        using var adapter = new TextAdapter(encoder, new AdapterOptions { Kind = kind, Rank = 3, Targets = AdapterOptions.AllTargets }, seed: 3);
        Shake(adapter, 4);
        var plain = SmallEncoder.States(encoder, batch);
        var apart = SmallEncoder.States(encoder, batch, adapter);
        Assert.True(Distance(plain, apart) > 0.1);
        adapter.Merge();
        Assert.All(apart.Zip(SmallEncoder.States(encoder, batch)), pair => Assert.Equal(pair.First, pair.Second, 2e-3f));
    }

    [Fact]
    public void NarrowLayers_CannotBeMerged()
    {
        using var encoder = SmallEncoder.Create();
        using var adapter = new TextAdapter(encoder, new AdapterOptions { Kind = AdapterKind.Bottleneck }, seed: 3);
        Assert.Throws<InvalidOperationException>(adapter.Merge);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void SavedAdapter_IsTheSameOnceLoaded(AdapterKind kind)
    {
        using var encoder = SmallEncoder.Create();
        using var batch = SmallEncoder.Batch(1);
        using var adapter = new TextAdapter(encoder, new AdapterOptions { Kind = kind, Rank = 2, Alpha = 3, Targets = ["query", "attention.output.dense"] }, seed: 3);
        Shake(adapter, 4);
        AdapterFolder.Save(_folder, adapter, encoder);
        using var loaded = AdapterFolder.Load(_folder, encoder);
        Assert.Equal(SmallEncoder.States(encoder, batch, adapter), SmallEncoder.States(encoder, batch, loaded));
        Assert.Equal(adapter.Ranks, loaded.Ranks);
    }

    [Fact]
    public void AdapterOfAnotherEncoder_IsRefused()
    {
        using var one = SmallEncoder.Create(1);
        using var other = SmallEncoder.Create(2);
        using var adapter = new TextAdapter(one, new AdapterOptions(), seed: 3);
        AdapterFolder.Save(_folder, adapter, one);
        var refused = Assert.Throws<CheckpointException>(() => AdapterFolder.Load(_folder, other));
        Assert.StartsWith("adapter_config.json is of an adapter for another encoder: base_sha256 is ", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"r\": 2", "\"r\": 3", "Tensor 'base_model.model.encoder.layer.0.attention.self.query.lora_A.weight' is of shape (2, 16), expected (3, 16).")]
    [InlineData("LORA", "IA3", "adapter_config.json has peft_type 'IA3', which is not supported; LORA, ADALORA and BOTTLENECK are.")]
    [InlineData("\"query\"", "\"gate\"", "adapter_config.json is of no adapter of this encoder: No product's name ends with 'gate'")]
    [InlineData("\"value\"", "\"key\"", "Tensor 'base_model.model.encoder.layer.0.attention.self.key.lora_A.weight' of shape (2, 16) is missing.")]
    public void ConfigurationThatDoesNotFit_IsRefusedByName(string was, string becomes, string said)
    {
        using var encoder = SmallEncoder.Create();
        using var adapter = new TextAdapter(encoder, new AdapterOptions { Rank = 2 }, seed: 3);
        AdapterFolder.Save(_folder, adapter, encoder);
        var config = Path.Combine(_folder, "adapter_config.json");
        var before = File.ReadAllText(config);
        Assert.Contains(was, before, StringComparison.Ordinal);
        File.WriteAllText(config, before.Replace(was, becomes, StringComparison.Ordinal));
        Assert.StartsWith(said, Assert.Throws<CheckpointException>(() => AdapterFolder.Load(_folder, encoder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DamagedWeights_AreRefused()
    {
        using var encoder = SmallEncoder.Create();
        using var adapter = new TextAdapter(encoder, new AdapterOptions { Rank = 2 }, seed: 3);
        AdapterFolder.Save(_folder, adapter, encoder);
        File.WriteAllBytes(Path.Combine(_folder, "adapter_model.safetensors"), [1, 2, 3]);
        Assert.Throws<CheckpointException>(() => AdapterFolder.Load(_folder, encoder));
        File.Delete(Path.Combine(_folder, "adapter_model.safetensors"));
        Assert.EndsWith(" has no adapter_model.safetensors.", Assert.Throws<CheckpointException>(() => AdapterFolder.Load(_folder, encoder)).Message, StringComparison.Ordinal);
    }

    private static void Shake(TextAdapter adapter, int seed)
    {
        using var random = new Generator((ulong)seed);
        using var quiet = no_grad();
        foreach (var (_, weight) in adapter.Weights)
        {
            weight.normal_(0, 0.5, random);
        }
    }

    private static double Distance(float[] one, float[] other) => one.Zip(other, (x, y) => Math.Abs(x - y)).Max();
}
