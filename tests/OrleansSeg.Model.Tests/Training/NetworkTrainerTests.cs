using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Training;
using TorchSharp;

namespace OrleansSeg.Model.Tests.Training;

public sealed class NetworkTrainerTests
{
    [Fact]
    public async Task SameSeed_WithOtherWorkBesideIt_GivesTheSameWeightsBitForBit()
    {
        using var alone = Fit(seed: 5);
        using var stop = new CancellationTokenSource();
        var disturbance = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                torch.random.manual_seed(1);
                torch.rand(10).Dispose();
            }
        });
        using var disturbed = Fit(seed: 5);
        await stop.CancelAsync();
        await disturbance;
        using var other = Fit(seed: 6);
        Assert.Equal(Weights(alone), Weights(disturbed));
        Assert.NotEqual(Weights(alone), Weights(other));
    }

    [Fact]
    public void Training_ThatIsCancelled_StopsBetweenBatches()
    {
        using var stop = new CancellationTokenSource();
        var progress = new SeenProgress(line => { if (line.Stage == "model") { stop.Cancel(); } });
        Assert.Throws<OperationCanceledException>(() =>
            SmallShopData.Trainer(epochs: 50).Fit(SmallShopData.Data.Training, SmallShopData.Data.Validation, 1, progress, stop.Token));
    }

    [Fact]
    public void Training_KeepsTheEpochWhoseValidationWasBest()
    {
        var losses = new List<double>();
        var progress = new SeenProgress(line => { if (line.Stage == "model") { losses.Add(line.ValidationLoss); } });
        var (training, validation) = (SmallShopData.Data.Training, SmallShopData.Data.Validation);
        using var model = SmallShopData.Trainer(epochs: 8).Fit(training, validation, 1, progress, default);
        var forecasts = model.Forecast([.. validation.Examples.Select(example => example.Input)]);
        var kept = forecasts.Zip(validation.Examples).Average(pair => -Math.Log(pair.First.Probabilities[pair.Second.Label]));
        Assert.True(losses.Count > 1);
        Assert.Equal(losses.Min(), kept, 4);
    }

    private static SegmentModel Fit(int seed) =>
        SmallShopData.Trainer(epochs: 1).Fit(SmallShopData.Data.Training, SmallShopData.Data.Validation, seed, null, default);

    private static byte[] Weights(SegmentModel model) => model.ToFiles(Cards.Any)["model.safetensors"];
}
