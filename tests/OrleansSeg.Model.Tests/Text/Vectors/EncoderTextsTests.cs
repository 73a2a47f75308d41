using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Tests.Training;
using OrleansSeg.Model.Text.Vectors;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Text.Vectors;

/// <summary>A customer model that reads its texts with a text encoder: trained, kept as a bundle, loaded and asked.</summary>
public sealed class EncoderTextsTests : IDisposable
{
    private static readonly List<CustomerInput> Inputs = [.. SmallShopData.Data.Test!.Examples.Take(40).Select(example => example.Input)];

    private readonly TinyEncoder _tiny = new();
    private readonly SharedTextEncoders _encoders;
    private readonly string _hash;

    public EncoderTextsTests()
    {
        _hash = TextEncoderBundle.Copy(_tiny.Store, _tiny.Folder, default);
        _encoders = new SharedTextEncoders(_tiny.Store);
    }

    public void Dispose() => _tiny.Dispose();

    [Fact]
    public void Model_LoadedFromItsBundle_GivesTheSameForecasts_AndSharesTheEncoder()
    {
        using var trained = Train();
        var files = trained.ToFiles(Cards.Any);
        Assert.Equal(_hash, SegmentModel.TextEncoderOf(files));
        using var loaded = SegmentModel.FromFiles(files, encoders: _encoders);
        Assert.Equal((_hash, trained.Config.TextWidth), (loaded.TextEncoder, loaded.Config.TextWidth));
        AssertSame(trained.Forecast(Inputs), loaded.Forecast(Inputs));
        Assert.Equal(files, loaded.ToFiles(Cards.Any));

        // Texts are read: without them the forecasts are others.
        var silent = Inputs.Select(input => input with { Tokens = Array.ConvertAll(input.Tokens.ToArray(), step => step with { Texts = [] }) }).ToList();
        Assert.NotEqual(loaded.Forecast(silent).SelectMany(forecast => forecast.Probabilities), loaded.Forecast(Inputs).SelectMany(forecast => forecast.Probabilities));
    }

    [Fact]
    public void SameSeed_GivesTheSameBundle()
    {
        using var one = Train();
        using var other = Train();
        Assert.Equal(BundleFolder.HashOf(one.ToFiles(Cards.Any)), BundleFolder.HashOf(other.ToFiles(Cards.Any)));
    }

    [Fact]
    public void EncoderGoesWithTheLastModel()
    {
        var first = Train();
        var files = first.ToFiles(Cards.Any);
        var second = SegmentModel.FromFiles(files, encoders: _encoders);
        using var watched = _encoders.Rent(_hash);
        var encoder = watched.Encoder;
        first.Dispose();
        second.Forecast(Inputs);
        second.Dispose();
        watched.Dispose();
        Assert.Throws<ObjectDisposedException>(() => encoder.EncodeAll(["never seen"]));
    }

    [Fact]
    public void Bundle_WithoutItsEncoder_OrWithAnotherOnesWidth_IsRefusedByName()
    {
        using var trained = Train();
        var files = trained.ToFiles(Cards.Any);
        Assert.Contains(_hash, Refusal(files, null), StringComparison.Ordinal);
        Assert.Contains("no bundle", Refusal(files, new SharedTextEncoders(Path.Combine(_tiny.Store, "empty"))), StringComparison.Ordinal);
        var tensors = SafeTensors.Read(files["model.safetensors"]);
        tensors["text.axes"] = new StoredTensor([trained.Config.TextWidth, 13], new float[trained.Config.TextWidth * 13]);
        var changed = new Dictionary<string, byte[]>(files) { ["model.safetensors"] = SafeTensors.Write(tensors) };
        Assert.Contains("text.axes should be of shape (8, 12); it is (8, 13)", Refusal(changed, _encoders), StringComparison.Ordinal);
        Assert.Contains("texts.sha256-128", Refusal(files.Where(file => file.Key != "texts.sha256-128").ToDictionary(), _encoders), StringComparison.Ordinal);
        Assert.Contains(
            "no hash",
            Refusal(new Dictionary<string, byte[]>(files) { ["config.json"] = [.. System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(files["config.json"]).Replace(_hash, "../up", StringComparison.Ordinal))] }, _encoders),
            StringComparison.Ordinal);
    }

    [Fact]
    public void CommonTitles_AreInTheBundle_AndAreNotEncodedAgain()
    {
        using var trained = Train();
        var files = new Dictionary<string, byte[]>(trained.ToFiles(Cards.Any));
        var tensors = SafeTensors.Read(files["model.safetensors"]);
        Assert.Equal([8, 8], tensors["text.known"].Shape);

        // What the bundle says of them is taken as it is.
        tensors["text.known"] = new StoredTensor([8, 8], new float[64]);
        files["model.safetensors"] = SafeTensors.Write(tensors);
        using var loaded = SegmentModel.FromFiles(files, encoders: _encoders);
        Assert.All(loaded.Texts.Encode("RED MUG").ToArray(), value => Assert.Equal(0, value));
        Assert.Contains(loaded.Texts.Encode("a new text").ToArray(), value => value != 0);
    }

    [Fact]
    public void VectorsOfTextsPreparedTogether_HangOnNoEarlierQuestion()
    {
        using var trained = Train();
        var files = trained.ToFiles(Cards.Any);
        string[] texts = ["a b red", "b c", "d mug a b", "c"];
        using var fresh = SegmentModel.FromFiles(files, encoders: _encoders);
        fresh.Texts.Prepare(texts);
        var expected = texts.Select(text => fresh.Texts.Encode(text).ToArray()).ToList();
        fresh.Texts.Encode("d d d d");
        using var other = SegmentModel.FromFiles(files, encoders: _encoders);
        other.Texts.Prepare(texts.Reverse());
        Assert.All(texts.Zip(expected), pair => Assert.Equal(pair.Second, other.Texts.Encode(pair.First).ToArray()));
    }

    [Fact]
    public void NoTexts_MakeANetworkWithoutThem()
    {
        using var model = new ModelTrainer(Shape, Options, new NoTexts()).Fit(SmallShopData.Data.Training, SmallShopData.Data.Validation, 1, null, default);
        Assert.Equal((0, null), (model.Config.TextWidth, model.TextEncoder));
        using var loaded = SegmentModel.FromFiles(model.ToFiles(Cards.Any));
        AssertSame(model.Forecast(Inputs), loaded.Forecast(Inputs));
    }

    private static NetworkConfig Shape => new() { Hidden = 16, FusionWidth = 24, TextWidth = 8 };

    private static NetworkTrainingOptions Options => new() { EpochsMax = 2, BatchSize = 64 };

    private SegmentModel Train()
    {
        using var share = _encoders.Rent(_hash);
        return new ModelTrainer(Shape, Options, new LargeEncoder(share)).Fit(SmallShopData.Data.Training, SmallShopData.Data.Validation, 1, null, default);
    }

    private static string Refusal(IReadOnlyDictionary<string, byte[]> files, SharedTextEncoders? encoders) =>
        Assert.Throws<BundleCorruptException>(() => SegmentModel.FromFiles(files, encoders: encoders)).Message;

    private static void AssertSame(IReadOnlyList<Forecast> one, IReadOnlyList<Forecast> other) =>
        Assert.Equal(one.SelectMany(forecast => forecast.Probabilities), other.SelectMany(forecast => forecast.Probabilities));
}
