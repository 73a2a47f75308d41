using OrleansSeg.Model.Federation.Privacy;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Tests.Federation.SecureAggregation;
using OrleansSeg.Model.Training;
using Xunit.Abstractions;

namespace OrleansSeg.Model.Tests.Federation.Training;

/// <summary>A network that is made to learn some customers by heart gives them away; with noise that hides customers it does not.</summary>
/// <remarks>Members and others are drawn from the same customers by a hash, and every seed is fixed.</remarks>
public sealed class MembershipTests(ITestOutputHelper output)
{
    private const int Members = 50;
    private const int CustomersPerStep = 10;

    // Below one over the members.
    private const double Delta = 1e-3;

    private static readonly SegmentModel Base = SmallRun.CreateBase(SmallRun.Shape with { Hidden = 32, FusionWidth = 64, Dropout = 0 });
    private static readonly IReadOnlyList<IGrouping<string, Example>> Customers =
        [.. SmallRun.Examples.Training.Examples.GroupBy(example => example.CustomerId).OrderBy(customer => StableHash.Of(customer.Key, 5))];

    [Fact]
    public void LearnedByHeart_GivesMembersAway()
    {
        var report = Attack(60, null);
        Assert.True(report.AdvantageInterval[0] > 0.3, Tell(report));
        Assert.True(report.AurocInterval[0] > 0.7, Tell(report));
    }

    [Fact]
    public void ClippedButHardlyNoised_GivesMembersAway()
    {
        var report = Attack(40, Noise(0.01, 1));
        Assert.True(report.AdvantageInterval[0] > 0.1, Tell(report));
        Assert.True(report.AurocInterval[0] > 0.6, Tell(report));
    }

    [Fact]
    public void NoisedToASmallEpsilon_GivesNobodyAway()
    {
        const int Epochs = 20;
        var noise = PrivacyBudget.NoiseMultiplierFor(1, Delta, SamplingScheme.Poisson, (double)CustomersPerStep / Members, Epochs * Members / CustomersPerStep);
        Assert.InRange(CustomerRounds.Of([Members], CustomersPerStep, noise, Epochs, Delta).Curve.At(Delta).Epsilon, 0.99, 1);
        var reports = Enumerable.Range(1, 3).Select(seed => Attack(Epochs, Noise(noise, (ulong)seed))).ToList();
        Assert.All(reports, report => Assert.True(report.AdvantageInterval[0] < 0.1 && report.AurocInterval[0] < 0.55, Tell(report)));
        Assert.InRange(reports.Average(report => report.Advantage), -0.15, 0.15);
        Assert.InRange(reports.Average(report => report.Auroc), 0.42, 0.58);
    }

    private static CustomerClipping Noise(double multiplier, ulong seed) =>
        new(0.5, CustomersPerStep, new CustomerNoise(multiplier, Members, new SeededGenerator(seed + 1000), new SeededGenerator(seed)));

    private MembershipReport Attack(int epochs, CustomerClipping? clipping)
    {
        var members = Customers.Take(Members).ToList();
        var examples = SmallRun.Examples.Training with { Examples = [.. members.SelectMany(customer => customer)] };
        var trainer = SmallRun.Trainer(examples: SmallRun.Examples with { Training = examples }, baseModel: Base);
        var round = SmallRun.Round(trainer, Base) with
        {
            Options = new LocalOptions
            {
                Epochs = epochs,
                Network = new NetworkTrainingOptions { AveragingDecay = 0, BatchSize = 16, WeightDecay = 0, LearningRate = 5e-3 },
                Clipping = clipping,
            },
        };
        var delta = trainer.Run(round, default).Update.Delta;
        using var model = GlobalModel.Finish(Base, SharedScope.Everything, [.. round.Weights.Zip(delta, (x, y) => x + y)], null, FinishState.Start(Base.Scheme.Count));
        var report = MembershipInference.Attack(LossesOf(model, members), LossesOf(model, Customers.Skip(Members)), 200, new Random(1));
        output.WriteLine(Tell(report));
        return report;
    }

    private static IReadOnlyList<double> LossesOf(SegmentModel model, IEnumerable<IGrouping<string, Example>> customers) =>
        MembershipInference.LossesOf(model, new ExampleSet(Base.Scheme, [.. customers.SelectMany(customer => customer)]));

    private static string Tell(MembershipReport report) =>
        $"advantage {report.Advantage:F3} [{report.AdvantageInterval[0]:F3}, {report.AdvantageInterval[1]:F3}], AUROC {report.Auroc:F3} [{report.AurocInterval[0]:F3}, {report.AurocInterval[1]:F3}]";
}
