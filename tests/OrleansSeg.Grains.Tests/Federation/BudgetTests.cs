using OrleansSeg.Federation;
using OrleansSeg.Model.Federation.Privacy;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>What noised rounds cost is counted before they begin, from run to run, and never exceeds the budget.</summary>
public sealed class BudgetTests(RunCluster cluster) : IClassFixture<RunCluster>
{
    private readonly IFederatedCoordinatorGrain _coordinator = cluster.NewFederation();
    private readonly string _site = cluster.NewSite();

    // The work counts 640 customers at each trainer: 10 steps an epoch, each of which draws one in ten.
    private FederatedPlan Plan => new()
    {
        Sites = [_site], TrainersPerSite = 2, Rounds = 5, LocalEpochs = 2, DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1), UpdateClipNorm = 1,
        Privacy = new() { Unit = ProtectedUnit.Customer, NoiseMultiplier = 1, CustomersPerStep = 64 },
    };

    private static double Customers(int rounds) => new PrivateSteps(SamplingScheme.Poisson, 0.1, 1, 20L * rounds).Curve().At(1e-5).Epsilon;

    [Fact]
    public async Task CustomerUnit_IsCountedBySteps_AndEveryRunAddsToTheFederations()
    {
        var first = await EndAsync(Plan with { Rounds = 2 }, 1);
        Assert.Equal((ProtectedUnit.Customer, 2, 40, 0.1, 0, false), (first.Privacy!.Unit, first.Privacy.Rounds, first.Privacy.Steps, first.Privacy.SamplingRate, first.Privacy.RunsWithoutNoise, first.Privacy.IsStopped));
        Assert.Equal(Customers(2), first.Privacy.Epsilon, 9);
        Assert.Equal(Customers(2), first.Privacy.TotalEpsilon, 9);

        Assert.Null((await EndAsync(Plan with { Privacy = new() }, 2)).Privacy);
        var third = await EndAsync(Plan with { Rounds = 1 }, 3);
        Assert.Equal(Customers(1), third.Privacy!.Epsilon, 9);
        Assert.Equal(Customers(3), third.Privacy.TotalEpsilon, 9);
        Assert.Equal(1, third.Privacy.RunsWithoutNoise);
        Assert.Equal(Customers(2), (await _coordinator.GetStatusAsync(1, default))!.Privacy!.TotalEpsilon, 9);
    }

    [Fact]
    public async Task TrainerUnit_IsCountedBySums_ForAWholeSite()
    {
        var ended = await EndAsync(Plan with { Privacy = Plan.Privacy with { Unit = ProtectedUnit.Trainer, NoiseMultiplier = 6 } }, 1);

        // With two trainers a site the sum moves by two norms when the site goes: as if there were half of the noise.
        var expected = new PrivateSteps(SamplingScheme.Poisson, 1, 3, 5).Curve().At(1e-5).Epsilon;
        Assert.Equal((ProtectedUnit.Trainer, 5, 5, 1), (ended.Privacy!.Unit, ended.Privacy.Rounds, ended.Privacy.Steps, ended.Privacy.SamplingRate));
        Assert.Equal(expected, ended.Privacy.Epsilon, 9);
    }

    [Fact]
    public async Task BudgetThatHasNoRoomForARound_StopsTraining_AndTheRoundsThatAreDoneAreEvaluated()
    {
        var budget = (Customers(3) + Customers(4)) / 2;
        var ended = await EndAsync(Plan with { Privacy = Plan.Privacy with { EpsilonMax = budget } }, 1);
        Assert.Equal([1, 2, 3], ended.Rounds.Select(round => round.Round));
        Assert.Equal((3, true), (ended.Privacy!.Rounds, ended.Privacy.IsStopped));
        Assert.Equal(Customers(3), ended.Privacy.TotalEpsilon, 9);
        Assert.Equal("better Training stopped after round 3 of 5: the privacy budget allowed no more.", ended.Outcome);
        Assert.NotEmpty(ended.Versions);

        // The next run has nothing left.
        var next = await EndAsync(Plan with { Privacy = Plan.Privacy with { EpsilonMax = budget } }, 2, RunPhase.Failed);
        Assert.Empty(next.Rounds);
        Assert.Equal((0.0, 0), (next.Privacy!.Epsilon, next.Privacy.Rounds));
        Assert.StartsWith("The privacy budget allows no round 1: ", next.Outcome, StringComparison.Ordinal);
        Assert.Contains($"{Customers(3):0.###} of epsilon {budget:0.###}", next.Outcome, StringComparison.Ordinal);

        // A larger one has, and a federation of another name begins with nothing spent.
        Assert.Single((await EndAsync(Plan with { Rounds = 1, Privacy = Plan.Privacy with { EpsilonMax = budget + 2 } }, 3)).Rounds);
    }

    [Fact]
    public async Task WhatIsToldWithoutNoise_IsListed_OnceForAllRounds()
    {
        var ended = await EndAsync(Plan with { Rounds = 3 }, 1);
        var losses = Assert.Single(ended.Releases, release => release.What == UnaccountedRelease.TrainingLosses);
        Assert.Equal((1, 3), (losses.Round, losses.LastRound));
        Assert.DoesNotContain(ended.Releases, release => release.What == UnaccountedRelease.Updates);
        Assert.Contains(ended.Releases, release => release is { What: UnaccountedRelease.GateMetrics, Round: null });

        var plain = await EndAsync(Plan with { Rounds = 1, Privacy = new() }, 2);
        Assert.Contains(plain.Releases, release => release.What == UnaccountedRelease.Updates);
    }

    private async Task<RunStatus> EndAsync(FederatedPlan plan, int run, RunPhase phase = RunPhase.Done)
    {
        await _coordinator.StartAsync(plan, default);
        var ended = await cluster.EndAsync(_coordinator, run);
        Assert.True(ended.Phase == phase, ended.Outcome);
        return ended;
    }
}
