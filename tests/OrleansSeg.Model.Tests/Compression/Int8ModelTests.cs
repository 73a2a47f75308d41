using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Text;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.FineTuning;
using OrleansSeg.Model.Text.Tagging;
using OrleansSeg.Model.Text.Transformer;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Tests.Compression;

public sealed class Int8ModelTests
{
    [Fact]
    public void Product_IsCloseToThatOfFp32_InEveryRow_HoweverTheirSizesDiffer()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(5);
        var sizes = logspace(-4, 2, 48).unsqueeze(1);
        var (weight, bias, values) = (randn([48, 64], generator: random) * sizes, randn(48, generator: random) * sizes.squeeze(1), randn([3, 7, 64], generator: random));
        using var packed = Pack(weight, bias);
        var (told, expected) = (packed.Forward(values), nn.functional.linear(values, weight, bias)); // (3, 7, 48)
        Assert.Equal([3, 7, 48], told.shape);
        var wrong = (told - expected).flatten(0, 1).norm(0) / expected.flatten(0, 1).norm(0); // (48)
        Assert.InRange(wrong.max().item<float>(), 1e-4f, 0.02f);
    }

    [Fact]
    public void ProductsTogether_GiveWhatEachGives()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(5);
        var products = Enumerable.Range(0, 3).Select(_ => (Weight: randn([16, 24], generator: random), Bias: randn(16, generator: random))).ToList();
        var values = randn([5, 24], generator: random);
        using var together = Pack(cat([.. products.Select(one => one.Weight)], 0), cat([.. products.Select(one => one.Bias)], 0));
        var apart = cat([.. products.Select(one =>
        {
            using var packed = Pack(one.Weight, one.Bias);
            return packed.Forward(values);
        })], 1);
        Assert.Equal(apart.data<float>().ToArray(), together.Forward(values).data<float>().ToArray());
    }

    [Fact]
    public void RowsOfNothing_AndValuesOfNothing_GiveTheBias()
    {
        using var scope = NewDisposeScope();
        var (weight, bias) = (zeros(4, 8), TensorNumbers.CountUp(4).to(float32));
        using var packed = Pack(weight, bias);
        Assert.Equal([0, 1, 2, 3], packed.Forward(zeros(1, 8)).data<float>().ToArray());
    }

    [Theory]
    [InlineData(BertFamily.Bert)]
    [InlineData(BertFamily.Roberta)]
    [InlineData(BertFamily.DistilBert)]
    public void Folder_LoadsLikeAnyOther_AndGivesNearlyTheSameVectors(BertFamily family)
    {
        using var folder = new SmallFolder(SmallFolder.Config with { Family = family, TokenTypes = family == BertFamily.DistilBert ? 0 : 2, Head = TextHead.MaskedLanguage });
        using (var model = folder.Read())
        {
            model.Write(folder.Part("small"), ComputePrecision.Int8);
            model.Write(folder.Part("again"), ComputePrecision.Int8);
        }

        using var whole = TransformerTextEncoder.Load(folder.FullPath);
        using var small = TransformerTextEncoder.Load(folder.Part("small"));
        Assert.Equal(ComputePrecision.Int8, small.Config.Precision);
        var texts = SmallFolder.Texts(40, seed: 3);
        var cosines = whole.EncodeAll(texts).Zip(small.EncodeAll(texts), (one, other) => TensorPrimitives.CosineSimilarity<float>(one, other)).ToList();
        Assert.True(cosines.Min() > 0.99, $"{cosines.Min()}");
        Assert.True(cosines.Min() < 0.999999, "Nothing was rounded.");
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder.Part("small"), "model.safetensors")), File.ReadAllBytes(Path.Combine(folder.Part("again"), "model.safetensors")));
    }

    [Fact]
    public void Tagger_KeepsItsLabels_AndItsPoolerLoads()
    {
        using var folder = new SmallFolder(SmallFolder.Config with { Head = TextHead.TokenClassification, Labels = ["O", "buy"] });
        using (var model = folder.Read())
        {
            model.Write(folder.Part("small"), ComputePrecision.Int8);
        }

        using var tagger = TextTagger.Load(folder.Part("small"));
        Assert.Equal(["O", "buy"], tagger.Labels.Names.ToArray());
        Assert.Equal(SmallFolder.Texts(5, 1).Length, tagger.Tag(SmallFolder.Texts(5, 1)).Count);
        using var checkpoint = TextCheckpoint.Load(folder.Part("small"));
        using var batch = TokenBatch.Of([[2, 7, 8, 3]], 0);
        using var whole = TextCheckpoint.Load(folder.FullPath);
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var (one, other) = (checkpoint.Pool(checkpoint.Encoder.Forward(batch)), whole.Pool(whole.Encoder.Forward(batch)));
        Assert.True(nn.functional.cosine_similarity(one, other, 1).item<float>() > 0.98);
        Assert.Throws<CheckpointException>(() => TaggerTrainer.Of(folder.Part("small"), new FineTuningOptions()));
        Assert.Throws<ArgumentException>(() => new TextAdapter(checkpoint.Encoder, new AdapterOptions(), seed: 1));
        Assert.Throws<InvalidOperationException>(() => CheckpointWriter.Write(folder.Part("other"), checkpoint.Config, checkpoint.Encoder, null, new Dictionary<string, byte[]>()));
    }

    [Fact]
    public async Task CallsOnManyThreads_Agree()
    {
        using var folder = new SmallFolder();
        using (var model = folder.Read())
        {
            model.Write(folder.Part("small"), ComputePrecision.Int8);
        }

        using var checkpoint = TextCheckpoint.Load(folder.Part("small"));
        var expected = States();
        var calls = Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var call = 0; call < 40; call++)
            {
                Assert.Equal(expected, States());
            }
        }));
        await Task.WhenAll(calls);

        float[] States()
        {
            using var quiet = no_grad();
            using var batch = TokenBatch.Of([[2, 7, 8, 9, 3], [2, 11, 3]], 0);
            using var states = checkpoint.Encoder.Forward(batch);
            return states.data<float>().ToArray();
        }
    }

    [Fact]
    public void Hash_TellsWeightsOfOneByteApart()
    {
        // Without a pooler, whose weights would be the file's last.
        using var folder = new SmallFolder(SmallFolder.Config with { Family = BertFamily.Roberta });
        using (var model = folder.Read())
        {
            model.Write(folder.Part("small"), ComputePrecision.Int8);
        }

        var hash = Hash();
        Assert.Equal(hash, Hash());
        var file = Path.Combine(folder.Part("small"), "model.safetensors");
        var bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        Assert.NotEqual(hash, Hash());

        string Hash()
        {
            using var checkpoint = TextCheckpoint.Load(folder.Part("small"));
            return EncoderHash.Of(checkpoint.Encoder);
        }
    }

    [Fact]
    public void Processor_ThatCannotMultiplyBytes_IsToldInWords()
    {
        PackedProduct.EnsureSupported(isAvx2: true);
        Assert.Contains("this processor cannot multiply them", Assert.Throws<CheckpointException>(() => PackedProduct.EnsureSupported(isAvx2: false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_ComputesInNothingElse()
    {
        using var folder = new SmallFolder();
        using (var model = folder.Read())
        {
            model.Write(folder.Part("small"), ComputePrecision.Int8);
        }

        Assert.Contains("cannot compute in Half", Assert.Throws<CheckpointException>(() => TextCheckpoint.Load(folder.Part("small"), precision: ComputePrecision.Half)).Message, StringComparison.Ordinal);
        Assert.Contains("cannot compute in Int8", Assert.Throws<CheckpointException>(() => TextCheckpoint.Load(folder.FullPath, precision: ComputePrecision.Int8)).Message, StringComparison.Ordinal);
        Assert.Contains("on the CPU alone", Assert.Throws<CheckpointException>(() => TextCheckpoint.Load(folder.Part("small"), new Device(DeviceType.META))).Message, StringComparison.Ordinal);
    }

    private static PackedProduct Pack(Tensor weight, Tensor bias)
    {
        var rows = Int8Rows.Of(StoredTensor.Of(weight));
        return PackedProduct.Of(tensor(rows.Weight.Values, weight.shape).to(int8), tensor(rows.Scale.Values), bias);
    }
}
