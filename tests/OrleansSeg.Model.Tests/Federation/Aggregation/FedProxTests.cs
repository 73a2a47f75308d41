using OrleansSeg.Model.Federation.Aggregation;

namespace OrleansSeg.Model.Tests.Federation.Aggregation;

public class FedProxTests
{
    [Fact]
    public void Aggregate_OnTheServer_IsFedAvg()
    {
        var run = new DrawnRun(21);
        var (proximal, plain) = (run.Play(new FedProx(new() { ProximalWeight = 0.7 })), run.Play(new FedAvg()));
        Assert.Equal(plain.Weights, proximal.Weights);
        Assert.Empty(proximal.State.Vectors);
    }

    [Fact]
    public void ProximalWeight_OfOptions_IsWhatTrainersAreTold() =>
        Assert.Equal(0.7, new FedProx(new() { ProximalWeight = 0.7 }).ProximalWeight);
}
