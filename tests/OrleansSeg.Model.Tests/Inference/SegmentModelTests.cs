using System.Text;
using CsCheck;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Tests.Training;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Inference;

public sealed class SegmentModelTests
{
    private static readonly SegmentModel Model = SmallShopData.Model;
    private static readonly IReadOnlyDictionary<string, byte[]> Files = Model.ToFiles(Cards.Any);
    private static readonly string[] SmallFiles = ["config.json", "scheme.json", "normalizer.json"];
    private static readonly List<CustomerInput> Inputs = [.. SmallShopData.Data.Test!.Examples.Select(example => example.Input)];

    [Fact]
    public void Loaded_ForecastsBitForBitAsWhenTrained()
    {
        using var loaded = SegmentModel.FromFiles(Files);
        AssertSame(Model.Forecast(Inputs), loaded.Forecast(Inputs));
        Assert.Equal(Model.ParameterCount, loaded.ParameterCount);
        Assert.Equal(Model.Forecast(Inputs).Select(Model.Decide), loaded.Forecast(Inputs).Select(loaded.Decide));
        Assert.Equal(Files["model.safetensors"], loaded.ToFiles(Cards.Any)["model.safetensors"]);
    }

    [Fact]
    public void Forecasts_FromManyThreadsAtOnce_AreTheSame()
    {
        var expected = Model.Forecast(Inputs);
        Parallel.For(0, 16, i =>
        {
            AssertSame(expected, Model.Forecast(Inputs));
            Assert.NotEmpty(Model.Explain(Inputs[i]).Factors);
        });
    }

    [Fact]
    public async Task Forecasts_OfInputsEncodedOnAnotherThread_AreTheSame()
    {
        using var encoded = await Task.Run(() => Model.Encode(Inputs));
        AssertSame(Model.Forecast(Inputs), Model.Forecast(encoded));
    }

    [Fact]
    public void AnEmptyBatch_HasNoForecasts() => Assert.Empty(Model.Forecast([]));

    [Fact]
    public void Forecasts_KeepToWhatIsPossible()
    {
        Assert.All(Inputs.Zip(Model.Forecast(Inputs)), pair =>
        {
            Assert.Equal(1, pair.Second.Probabilities.Sum(), 4);
            var age = pair.First.Aggregates[AggregateFeatures.Names.IndexOf("days_since_first_purchase")];
            Assert.Equal(age < 30, pair.Second.Probabilities[Model.Scheme.IndexOf("loyal")] == 0);
        });
    }

    [Fact]
    public void ABundleOfOtherFeatures_IsRefused()
    {
        var config = Encoding.UTF8.GetString(Files["config.json"]).Replace("days_since_last_purchase", "days_since_last_sunrise", StringComparison.Ordinal);
        var refusal = Refusal(With("config.json", Encoding.UTF8.GetBytes(config)));
        Assert.Contains("other features", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.json", "\"format\": 1", "\"format\": 2")]
    [InlineData("config.json", "\"hidden\": 16", "\"hidden\": 2000000000")]
    [InlineData("config.json", "\"hidden\": 16", "\"hidden\": 17")]
    [InlineData("config.json", "\"fusionWidth\": 24", "\"fusionWidth\": 0")]
    [InlineData("scheme.json", "\"lapsing\",", "")]
    [InlineData("scheme.json", "\"labels\"", "\"labelled\"")]
    [InlineData("normalizer.json", "\"mean\"", "\"average\"")]
    [InlineData("vocab.txt", "[PAD]\n", "")]
    public void PartsThatDoNotFit_AreRefused(string file, string from, string to)
    {
        var text = Encoding.UTF8.GetString(Files[file]);
        Assert.Contains(from, text, StringComparison.Ordinal);
        Refusal(With(file, Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal))));
    }

    [Fact]
    public void AMissingFile_IsNamed() =>
        Assert.All(Files.Keys.Where(name => name != "card.json"), name => Assert.Contains(
            name, Refusal(Files.Where(file => file.Key != name).ToDictionary()).Message, StringComparison.Ordinal));

    [Fact]
    public void AnyDamageToTheSmallFiles_LoadsOrIsRefusedInWords() =>
        Gen.Select(Gen.Int[0, 2], Gen.Select(Gen.Int[0, 100_000], Gen.Byte).Array[1, 4]).Sample((which, changes) =>
        {
            var file = SmallFiles[which];
            var content = Files[file].ToArray();
            foreach (var (at, value) in changes)
            {
                content[at % content.Length] = value;
            }

            try
            {
                SegmentModel.FromFiles(With(file, content)).Dispose();
            }
            catch (BundleCorruptException refusal)
            {
                Assert.NotEmpty(refusal.Message);
            }
        }, iter: 150);

    [Fact]
    public void WeightsThatAreNotFinite_AreRefused()
    {
        var tensors = SafeTensors.Read(Files["model.safetensors"]);
        tensors["members.0.fuse.weight"].Values[3] = float.NaN;
        Assert.Contains("fuse.weight", Refusal(With("model.safetensors", SafeTensors.Write(tensors))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Card_ReadsBack() => Assert.Equal(Cards.Any.Data, SegmentModel.ReadCard(Files).Data);

    private static BundleCorruptException Refusal(IReadOnlyDictionary<string, byte[]> files) =>
        Assert.Throws<BundleCorruptException>(() => SegmentModel.FromFiles(files));

    private static Dictionary<string, byte[]> With(string file, byte[] content) => new(Files) { [file] = content };

    private static void AssertSame(IReadOnlyList<Forecast> one, IReadOnlyList<Forecast> other)
    {
        Assert.Equal(one.SelectMany(forecast => forecast.Probabilities), other.SelectMany(forecast => forecast.Probabilities));
        Assert.Equal(one.Select(forecast => (forecast.Churn, forecast.ExpectedSpend)), other.Select(forecast => (forecast.Churn, forecast.ExpectedSpend)));
    }
}
