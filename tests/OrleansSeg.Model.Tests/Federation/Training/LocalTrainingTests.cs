using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Federation.Aggregation;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Training;
using TorchSharp;

namespace OrleansSeg.Model.Tests.Federation.Training;

public sealed class LocalTrainingTests
{
    private static readonly LocalTraining Trainer = SmallRun.Trainer();

    [Fact]
    public async Task ARound_DoneAgain_WithOtherWorkBesideIt_GivesBitwiseTheSame()
    {
        var round = SmallRun.Round(Trainer);
        var one = Trainer.Run(round, default);
        using var stop = new CancellationTokenSource();
        var disturbance = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                torch.random.manual_seed(1);
                torch.rand(10).Dispose();
            }
        });
        var other = SmallRun.Trainer().Run(round, default);
        await stop.CancelAsync();
        await disturbance;
        Assert.Equal(one.Update.Delta, other.Update.Delta);
        Assert.Equal(one.Validation.LossUnits, other.Validation.LossUnits);
        Assert.Equal((one.TrainingLoss, one.Update.Examples, one.Update.Steps), (other.TrainingLoss, other.Update.Examples, other.Update.Steps));
        Assert.NotEqual(one.Update.Delta, Trainer.Run(round with { RunSeed = 8 }, default).Update.Delta);
        Assert.NotEqual(one.Update.Delta, Trainer.Run(round with { Trainer = "shop-1" }, default).Update.Delta);
    }

    [Fact]
    public void ATrainingOnOneMachine_IsOneTrainerWithOneRound()
    {
        var options = new NetworkTrainingOptions { BatchSize = 64, EpochsMax = 1 };
        var round = SmallRun.Round(Trainer) with { Options = new LocalOptions { Network = options, Threads = torch.get_num_threads() } };
        var start = SmallRun.CreateBase(SmallRun.Shape, round.Seed);
        round = round with { Weights = GlobalModel.WeightsOf(start) };
        var (alone, _) = new NetworkTrainer(start.Encoder, options, "model")
            .Train(start.Config, SmallRun.Examples.Training, SmallRun.Examples.Validation, round.Seed, null, default);
        var trained = WeightLayout.Of(alone).Read(alone);
        alone.Dispose();
        var update = SmallRun.Trainer(baseModel: start).Run(round, default).Update;
        Assert.Equal(trained.Zip(round.Weights, (x, y) => x - y), update.Delta);
    }

    [Fact]
    public void Rounds_LowerTheLoss()
    {
        var round = SmallRun.Round(Trainer) with { Rounds = 3 };
        var losses = new List<double>();
        for (; round.Round <= 3; round = round with { Round = round.Round + 1 })
        {
            var result = Trainer.Run(round, default);
            losses.Add(result.Validation.LogLoss);
            round = round with { Weights = [.. round.Weights.Zip(result.Update.Delta, (x, y) => x + y)] };
        }

        losses.Add(Trainer.Validate(round.Weights, null).LogLoss);
        Assert.Equal(losses.OrderDescending(), losses);
    }

    [Fact]
    public void TheValidationLoss_IsWhatAPlainTrainingStopsBy()
    {
        var network = SmallRun.Base.Network;
        var exact = NetworkForecasts.LogLoss(network, SmallRun.Base.Encoder, SmallRun.Examples.Validation);
        Assert.Equal(exact, Trainer.Validate(GlobalModel.WeightsOf(SmallRun.Base), null).LogLoss, 5);
    }

    [Fact]
    public void AFinishedModel_IsMeasuredAsItWillBeServed()
    {
        var weights = GlobalModel.WeightsOf(SmallRun.Base);
        var state = FinishState.Start(SmallRun.Base.Scheme.Count);
        while (!state.Done)
        {
            state = state.Next(FinishSums.Merge(new Dictionary<string, FinishSums> { ["t"] = Trainer.Answer(state.Question, weights, null) }));
        }

        using var served = GlobalModel.Finish(SmallRun.Base, SharedScope.Everything, weights, null, state);
        var measured = Trainer.Measure(state, weights, null);
        Assert.Equal(HoldoutScores.Of(served, SmallRun.Examples.Validation).LossUnits, measured.LossUnits);
        Assert.Equal(state.MacroF1, measured.MacroF1, 9);
    }

    [Fact]
    public void TheProximalPull_KeepsTheUpdateSmall()
    {
        var round = SmallRun.Round(Trainer);
        var pulled = Trainer.Run(round with { Rule = new LocalRule(ProximalWeight: 10) }, default);
        Assert.True(SmallRun.Norm(pulled.Update.Delta) < 0.5 * SmallRun.Norm(Trainer.Run(round, default).Update.Delta));
    }

    [Fact]
    public void TheControlVariate_OfPlainDescent_IsThePapersOptionTwo()
    {
        var network = new NetworkTrainingOptions { AveragingDecay = 0, BatchSize = 64, Optimizer = OptimizerKind.Sgd, LearningRate = 0.1, WeightDecay = 0 };
        var random = new Random(5);
        float[] server = [.. Trainer.Shared.Entries.SelectMany(entry => Enumerable.Range(0, entry.Length)).Select(_ => (float)random.NextDouble() * 0.01f)];
        float[] own = [.. server.Select(_ => (float)random.NextDouble() * 0.01f)];
        var plain = SmallRun.Round(Trainer) with { Options = new LocalOptions { Network = network, StepsMax = 1 } };
        var round = plain with { Rule = new LocalRule(Correction: ScaffoldTrainer.Correction(server, own)), Control = own };
        var result = Trainer.Run(round, default);
        float[] trained = [.. round.Weights.Zip(result.Update.Delta, (x, y) => x + y)];
        var expected = ScaffoldTrainer.After(round.Weights, trained, 1, network.LearningRate, own, server);
        Assert.All(expected.Delta.Zip(result.Update.ControlDelta!), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        Assert.Equal(own.Zip(result.Update.ControlDelta!, (x, y) => x + y), result.Control!);

        // The correction moves the weights by just its share of the step.
        var uncorrected = Trainer.Run(plain, default).Update.Delta;
        Assert.All(
            uncorrected.Zip(result.Update.Delta).Zip(round.Rule.Correction!),
            pair => Assert.Equal(pair.First.First - (0.1f * pair.Second), pair.First.Second, 1e-5f));
    }

    [Fact]
    public void HeadsAtSite_AreTrainedAndStay()
    {
        var trainer = SmallRun.Trainer(SharedScope.HeadsAtSite);
        var result = trainer.Run(SmallRun.Round(trainer), default);
        Assert.Equal(trainer.Shared.Length, result.Update.Delta.Length);
        Assert.Equal(Trainer.Shared.Length, trainer.Shared.Length + trainer.Site.Length);
        Assert.All(trainer.Site.Entries, entry => Assert.Matches("^members\\.0\\.(segment|churn|spend)\\.", entry.Name));
        Assert.NotEqual(trainer.Site.Read(GlobalModel.WeightsOf(SmallRun.Base)), result.SiteWeights);
        var weights = SmallRun.Round(trainer).Weights;
        Assert.NotEqual(trainer.Validate(weights, null).LossUnits, trainer.Validate(weights, result.SiteWeights).LossUnits);
    }

    [Fact]
    public void APartialRound_SendsAndChangesOnlyWhatIsSelected()
    {
        var trainer = SmallRun.Trainer(SharedScope.FusionOnly);
        Assert.DoesNotContain(trainer.Shared.Entries, entry => entry.Name.Contains("recurrent", StringComparison.Ordinal));
        var update = trainer.Run(SmallRun.Round(trainer), default).Update;
        Assert.Equal(trainer.Shared.Length, update.Delta.Length);
        Assert.True(update.Delta.Length < Trainer.Shared.Length);
        Assert.True(SmallRun.Norm(update.Delta) > 0);
    }

    [Fact]
    public void WhatCannotBeDone_IsRefused()
    {
        var round = SmallRun.Round(Trainer);
        LocalRound[] impossible =
        [
            round with { Weights = new float[3] },
            round with { Control = new float[3] },
            round with { Rule = new LocalRule(Correction: new float[3]) },
            round with { Round = 2 },
            round with { Options = round.Options with { Epochs = 0 } },
            round with { Options = round.Options with { StepsMax = 0 } },
            round with { Options = round.Options with { Threads = 0 } },
        ];
        Assert.All(impossible, one => Assert.ThrowsAny<ArgumentException>(() => Trainer.Run(one, default)));
    }

    [Fact]
    public void Threads_AreAsTheyWere_AfterARound()
    {
        var before = torch.get_num_threads();
        Trainer.Run(SmallRun.Round(Trainer) with { Options = new LocalOptions { Threads = before + 1, StepsMax = 1 } }, default);
        Assert.Equal(before, torch.get_num_threads());
    }
}
