using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Grains.Tests.Clusters;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>Noise is drawn once for a step, whatever fails; what it costs is counted before, within the budget, from run to run.</summary>
public sealed class NoiseTests(RunCluster cluster) : IClassFixture<RunCluster>, IAsyncLifetime
{
    private readonly IFederatedCoordinatorGrain _coordinator = cluster.NewFederation();
    private readonly string _site = cluster.NewSite();

    private FederatedPlan Plan => new()
    {
        Sites = [_site], TrainersPerSite = 2, Rounds = 3, DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1), UpdateClipNorm = 1,
        Privacy = new() { Unit = ProtectedUnit.Customer, NoiseMultiplier = 1, CustomersPerStep = 64 },
    };

    public Task InitializeAsync()
    {
        (cluster.Work.NoisedAtTrainers, cluster.Seeds.IsFresh) = (true, true);
        return Task.CompletedTask;
    }

    public Task DisposeAsync()
    {
        cluster.Faults.Clear();
        (cluster.Work.NoisedAtTrainers, cluster.Seeds.IsFresh) = (false, false);
        cluster.Work.Meet = cluster.Work.MeetAfter = (_, _) => Task.CompletedTask;
        cluster.Work.MeetCoordinator = cluster.Work.MeetCoordinatorAfter = _ => Task.CompletedTask;
        cluster.Work.DataOf = trainer => trainer;
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData(ProtectedUnit.Customer, true)]
    [InlineData(ProtectedUnit.Customer, false)]
    [InlineData(ProtectedUnit.Trainer, true)]
    [InlineData(ProtectedUnit.Trainer, false)]
    public async Task StepDoneAgain_ReleasesTheSameNoise_WhateverWriteFailed(ProtectedUnit unit, bool after)
    {
        cluster.Work.NoisedAtTrainers = unit == ProtectedUnit.Customer;
        for (var (point, isBroken) = (1, true); isBroken; point++)
        {
            cluster.Work.Noised.Clear();
            var seen = 0;
            isBroken = false;
            cluster.Faults.Script(call =>
            {
                if (!call.IsChange || call.Grain.Type.ToString() is not ("seg.federated-coordinator" or "seg.federated-trainer") || Interlocked.Increment(ref seen) != point)
                {
                    return null;
                }

                isBroken = true;
                return after ? StorageFault.FailAfter() : StorageFault.FailBefore();
            });
            await EndAsync(cluster.NewFederation(), Plan with { Rounds = 1, Privacy = Plan.Privacy with { Unit = unit } });
            AssertOneReleaseOfEachStep(unit == ProtectedUnit.Customer ? 2 : 1);
        }
    }

    [Theory]
    [InlineData(ProtectedUnit.Customer)]
    [InlineData(ProtectedUnit.Trainer)]
    public async Task StepDoneAgain_ReleasesTheSameNoise_WhereverTheComputationFailed(ProtectedUnit unit)
    {
        cluster.Work.NoisedAtTrainers = unit == ProtectedUnit.Customer;
        cluster.Work.Noised.Clear();
        var failed = new HashSet<(string, StepKey)>();
        Task FailOnce(string who, StepKey step)
        {
            lock (failed)
            {
                return failed.Add((who, step)) ? Task.FromException(new IOException("A fault that a test asked for.")) : Task.CompletedTask;
            }
        }

        cluster.Work.MeetAfter = FailOnce;
        cluster.Work.MeetCoordinatorAfter = run => FailOnce("coordinator", run.Step);
        await EndAsync(_coordinator, Plan with { Privacy = Plan.Privacy with { Unit = unit } });
        AssertOneReleaseOfEachStep(unit == ProtectedUnit.Customer ? 6 : 3);
        Assert.All(cluster.Work.Noised.GroupBy(made => (made.Drawer, made.Step)), made => Assert.Equal(2, made.Count()));
        Assert.All(cluster.Seeds.DrawsOf(_coordinator.GetPrimaryKeyString()), draw => Assert.Equal(1, draw.Draws));
    }

    [Fact]
    public async Task ReportThatComesAfterTheSumsNoiseWasDrawn_DoesNotMeetIt()
    {
        cluster.Work.NoisedAtTrainers = false;
        cluster.Work.Noised.Clear();
        var slow = $"{_site}:1";
        var (isSilent, failures) = (true, 0);
        using var silence = cluster.Calls.On<IFederatedTrainerGrain>(
            "AskAsync",
            call => isSilent && call.TargetId.Key.ToString()!.StartsWith($"{slow}@", StringComparison.Ordinal) && call.Request.GetArgument(0) is StepOrder { Step.Phase: RunPhase.Training }
                ? throw new TimeoutException("nobody is there")
                : call.Invoke());
        cluster.Work.MeetCoordinatorAfter = run =>
        {
            // The sum is made once with the report missing; from then on the trainer answers.
            isSilent = run.Phase != RunPhase.Training;
            return run.Phase == RunPhase.Training && failures++ == 0 ? Task.FromException(new IOException("A fault that a test asked for.")) : Task.CompletedTask;
        };
        var ended = await EndAsync(_coordinator, Plan with
        {
            Rounds = 1, ReportersMin = 1, DeadlineMin = TimeSpan.FromMinutes(1), Privacy = Plan.Privacy with { Unit = ProtectedUnit.Trainer },
        });
        Assert.Equal($"{_site}:0", Assert.Single(Assert.Single(ended.Rounds).Reporters));
        AssertOneReleaseOfEachStep(1);
        Assert.Equal(2, cluster.Work.Noised.Count);
    }

    [Fact]
    public async Task DataThatChangeUnderAStepDoneAgain_LeaveTheTrainerOut_AndItComesBack()
    {
        var changed = $"{_site}:1";
        var failures = 0;
        cluster.Work.MeetAfter = (trainer, step) =>
        {
            if (trainer != changed || step is not { Phase: RunPhase.Training, Round: 1 } || failures++ > 0)
            {
                return Task.CompletedTask;
            }

            cluster.Work.DataOf = who => $"{who} less one";
            return Task.FromException(new IOException("A fault that a test asked for."));
        };
        RunStatus? told = null;
        cluster.Work.MeetCoordinator = async run => told ??= run is { Phase: RunPhase.Training, Round: 1 } ? await _coordinator.GetStatusAsync(1, default) : null;
        cluster.Work.Noised.Clear();
        var ended = await EndAsync(_coordinator, Plan with { ReportersMin = 1 });
        Assert.Equal([1, 2, 2], ended.Rounds.Select(round => round.Reporters.Length));
        AssertOneReleaseOfEachStep(6);
        Assert.Contains("its noise is not drawn twice", told!.Trainers.Single(trainer => trainer.Trainer == changed).Detail, StringComparison.Ordinal);
    }

    private async Task<RunStatus> EndAsync(IFederatedCoordinatorGrain coordinator, FederatedPlan plan)
    {
        while (await StartedAsync(coordinator, plan) is not true)
        {
        }

        var ended = await cluster.EndAsync(coordinator);
        Assert.True(ended.Phase == RunPhase.Done, ended.Outcome);
        return ended;
    }

    private static async Task<bool> StartedAsync(IFederatedCoordinatorGrain coordinator, FederatedPlan plan)
    {
        try
        {
            return await coordinator.GetStatusAsync(null, default) is not null || await coordinator.StartAsync(plan, default) is not null;
        }
        catch (Exception)
        {
            // Asked again, as a caller would.
            return false;
        }
    }

    private void AssertOneReleaseOfEachStep(int steps)
    {
        var made = cluster.Work.Noised.GroupBy(made => (made.Drawer, made.Step)).ToList();
        Assert.Equal(steps, made.Count);
        Assert.All(made, step => Assert.Single(step.Select(one => one.Released).Distinct()));
    }
}
