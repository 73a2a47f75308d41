using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Vectors;

namespace OrleansSeg.Model.Tests.Text.Vectors;

public sealed class SharedTextEncodersTests : IDisposable
{
    private readonly TinyEncoder _tiny = new();

    public void Dispose() => _tiny.Dispose();

    [Fact]
    public void Bundle_HoldsWhatTheEncoderIsLoadedFrom_AndNothingElse()
    {
        File.WriteAllText(Path.Combine(_tiny.Folder, "pytorch_model.bin"), "pickled");
        File.WriteAllText(Path.Combine(_tiny.Folder, "README.md"), "words");
        var hash = TextEncoderBundle.Copy(_tiny.Store, _tiny.Folder, default);
        Assert.Equal(
            ["1_Pooling/config.json", "config.json", "model.safetensors", "modules.json", "sentence_bert_config.json", "vocab.txt"],
            BundleFolder.Read(_tiny.Store, hash).Keys.Order(StringComparer.Ordinal));
        using var own = SharedTextEncoder.Load(_tiny.Folder);
        using var copied = new SharedTextEncoders(_tiny.Store).Rent(hash);
        Assert.Equal(own.Encoder.Encode("red mug").ToArray(), copied.Encoder.Encode("red mug").ToArray());
        Assert.Equal((null, hash), (own.Hash, copied.Hash));
    }

    [Fact]
    public void OneEncoder_ServesAllWhoHoldIt_AndGoesWithTheLast()
    {
        var hash = TextEncoderBundle.Copy(_tiny.Store, _tiny.Folder, default);
        var encoders = new SharedTextEncoders(_tiny.Store);
        var (one, other) = (encoders.Rent(hash), encoders.Rent(hash));
        var third = one.Share();
        Assert.Same(one.Encoder, other.Encoder);
        Assert.Same(one.Encoder, third.Encoder);
        var encoder = one.Encoder;
        one.Dispose();
        one.Dispose();
        other.Dispose();
        encoder.EncodeAll(["red mug"]);
        third.Dispose();
        Assert.Throws<ObjectDisposedException>(() => encoder.EncodeAll(["blue mug"]));
        Assert.Throws<ObjectDisposedException>(third.Share);
        using var again = encoders.Rent(hash);
        Assert.NotSame(encoder, again.Encoder);
    }

    [Fact]
    public async Task ManyWhoComeAndGo_NeverMeetAnEncoderThatHasGone()
    {
        var hash = TextEncoderBundle.Copy(_tiny.Store, _tiny.Folder, default);
        var encoders = new SharedTextEncoders(_tiny.Store);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var time = 0; time < 40; time++)
            {
                using var share = encoders.Rent(hash);
                share.Encoder.EncodeAll(["red mug"], remember: false);
            }
        })));
    }

    [Fact]
    public void DamagedAbsentAndOtherBundles_AreRefused()
    {
        var encoders = new SharedTextEncoders(_tiny.Store);
        Assert.Throws<BundleCorruptException>(() => encoders.Rent(new string('0', 64)));
        var other = BundleFolder.Write(_tiny.Store, new Dictionary<string, byte[]> { ["facts.json"] = [1] });
        Assert.Contains("is no text encoder", Assert.Throws<BundleCorruptException>(() => encoders.Rent(other)).Message, StringComparison.Ordinal);
        var hash = TextEncoderBundle.Copy(_tiny.Store, _tiny.Folder, default);
        var weights = Path.Combine(_tiny.Store, hash, "model.safetensors");
        var bytes = File.ReadAllBytes(weights);
        bytes[^1] ^= 1;
        File.WriteAllBytes(weights, bytes);
        Assert.Contains("model.safetensors", Assert.Throws<BundleCorruptException>(() => encoders.Rent(hash)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FolderWithoutAnEncoder_IsNotCopied()
    {
        File.Delete(Path.Combine(_tiny.Folder, "model.safetensors"));
        Assert.Throws<CheckpointException>(() => TextEncoderBundle.Copy(_tiny.Store, _tiny.Folder, default));
        Assert.False(Directory.Exists(_tiny.Store));
    }
}
