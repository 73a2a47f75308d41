using OrleansSeg.Model.Federation.Aggregation;

namespace OrleansSeg.Model.Tests.Federation.Aggregation;

/// <summary>Where each strategy settles on trainers that disagree, after several local steps a round.</summary>
public class ConvergenceTests
{
    private static readonly double[] Optimum = QuadraticTrainers.Optimum(byExamples: true);

    [Fact]
    public void FedAvg_SeveralLocalSteps_SettlesAsideOfTheOptimum()
    {
        var trainers = new QuadraticTrainers();
        var weights = trainers.Play(new FedAvg(), 300);
        Assert.True(QuadraticTrainers.Distance(weights, trainers.AverageSettles()) < 1e-5);
        Assert.Equal(0.7827, QuadraticTrainers.Distance(weights, Optimum), 1e-4);
    }

    [Fact]
    public void FedAvg_OneLocalStep_FindsTheOptimum() =>
        Assert.True(QuadraticTrainers.Distance(new QuadraticTrainers(steps: 1).Play(new FedAvg(), 1_000), Optimum) < 1e-4);

    [Fact]
    public void Scaffold_SeveralLocalSteps_FindsTheOptimumOfTheMeanLoss() =>
        Assert.True(QuadraticTrainers.Distance(new QuadraticTrainers().Play(new Scaffold(new()), 500), QuadraticTrainers.Optimum(byExamples: false)) < 1e-4);

    [Fact]
    public void Scaffold_WeightedByExamples_FindsTheOptimumOfAllExamples()
    {
        var strategy = new Scaffold(new() { ExamplesTotal = QuadraticTrainers.ExamplesTotal });
        Assert.True(QuadraticTrainers.Distance(new QuadraticTrainers().Play(strategy, 500), Optimum) < 1e-4);
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void Scaffold_TrainersSitOutInTurn_StillFindsTheOptimum(bool byExamples)
    {
        var strategy = new Scaffold(new() { ServerRate = 0.5, ExamplesTotal = byExamples ? QuadraticTrainers.ExamplesTotal : null });
        var weights = new QuadraticTrainers().Play(strategy, 3_000, absent: (round, n) => round % 4 == n);
        Assert.True(QuadraticTrainers.Distance(weights, QuadraticTrainers.Optimum(byExamples)) < 1e-3);
    }

    [Fact]
    public void FedProx_HeldNearTheGlobalWeights_IsLessAsideThanFedAvg()
    {
        var (loose, tight) = (Aside(new FedAvg()), Aside(new FedProx(new() { ProximalWeight = 3 })));
        Assert.True(tight < 0.7 * loose, $"{tight} against {loose}");

        static double Aside(Model.Federation.IAggregationStrategy strategy) => QuadraticTrainers.Distance(new QuadraticTrainers().Play(strategy, 1_000), Optimum);
    }

    [Fact]
    public void FedAvgM_SettlesWhereFedAvgDoes()
    {
        var trainers = new QuadraticTrainers();
        Assert.True(QuadraticTrainers.Distance(trainers.Play(new FedAvgM(new()), 500), trainers.AverageSettles()) < 1e-4);
    }

    [Fact]
    public void FedAdamAndFedYogi_SettleWhereFedAvgDoes()
    {
        var (trainers, options) = (new QuadraticTrainers(), new AdaptiveOptions { ServerRate = 0.05 });
        Assert.True(QuadraticTrainers.Distance(trainers.Play(new FedAdam(options), 2_000), trainers.AverageSettles()) < 1e-2);
        Assert.True(QuadraticTrainers.Distance(trainers.Play(new FedYogi(options), 2_000), trainers.AverageSettles()) < 1e-2);
    }
}
