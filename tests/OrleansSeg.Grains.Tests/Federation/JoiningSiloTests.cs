using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Grains.Tests.Clusters;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>A site whose only silo is not there when a run begins.</summary>
public sealed class JoiningSiloTests
{
    private const string West = "west:0";
    private const string Away = "No silo that could train for its site was in the cluster.";

    [Fact]
    public async Task SiloThatJoinsMidRun_TakesPartFromTheNextRound_ThoughItsTrainerWasSetAside()
    {
        await using var cluster = await new RoleCluster(2, Serves("north"), Serves("south"), Serves("west")) { Also = RunCluster.AddLinearWork }.StartAsync();
        var coordinator = cluster.Grains.GetGrain<IFederatedCoordinatorGrain>("shops");
        var plan = new FederatedPlan
        {
            Sites = ["north", "south", "west"], Rounds = 7, ReportersMin = 2, DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1),
        };

        // Two are enough, and the fifth round waits for the silo to come.
        var hasJoined = false;
        using var wait = cluster.Calls.On<IFederatedTrainerGrain>("AskAsync", async call =>
        {
            if (!Volatile.Read(ref hasJoined) && call.Request.GetArgument(0) is StepOrder { Step: { Phase: RunPhase.Training, Round: 5 } step })
            {
                call.Result = new StepReport(step, TrainerStepState.Working, null, null);
                return;
            }

            await call.Invoke();
        });
        var waited = new HashSet<(RunPhase, int)>();
        var (status, seen) = (await coordinator.StartAsync(plan, default), new Dictionary<(RunPhase, int), TrainerStepStatus>());
        await cluster.DriveUntilAsync(
            async () =>
            {
                status = (await coordinator.GetStatusAsync(1, default))!;
                var isNew = status.Trainers.FirstOrDefault(trainer => trainer.Trainer == West) is { } west && seen.TryAdd((status.Phase, status.Round), west);
                if ((status.Phase, status.Round, isNew) == (RunPhase.Training, 5, true))
                {
                    await cluster.JoinAsync();
                    Volatile.Write(ref hasJoined, true);
                }
                else if (!hasJoined && status.Trainers.Count(trainer => trainer.State == TrainerStepState.Reported) == 2
                    && status.Trainers.Any(trainer => (trainer.Trainer, trainer.State) == (West, TrainerStepState.Silent)) && waited.Add((status.Phase, status.Round)))
                {
                    // Only the time ends a step that still waits for one; without it the step may be over by now, and the next one would have waited.
                    cluster.Jump(TimeSpan.FromHours(25));
                }

                return status.EndedAt is not null;
            },
            TimeSpan.FromMilliseconds(500),
            "the run");
        Assert.True(status.Phase == RunPhase.Done, status.Outcome);

        // Set aside in round 3 after two absences, and in 5 and 6 after the next: the silo that joins in round 5 brings it back in 6.
        Assert.Equal([2, 2, 2, 2, 2, 3, 3], status.Rounds.Select(round => round.Reporters.Length));
        Assert.Equal([true, true, true, true, true, false, false], status.Rounds.Select(round => round.Missing.ContainsKey(West)));
        Assert.Equal(Away, status.Rounds[0].Missing[West]);
        Assert.Equal($"2 rounds in a row without it, the latest round 2: {Away}", status.Rounds[2].Missing[West]);
        Assert.Equal(
            new TrainerStepStatus(West, TrainerStepState.Silent, "No silo that could train for its site is in the cluster."), seen[(RunPhase.Training, 1)]);
        Assert.Equal(
            new TrainerStepStatus(West, TrainerStepState.SittingOut, $"Back in round 4. 2 rounds in a row without it, the latest round 2: {Away}"), seen[(RunPhase.Training, 3)]);
        Assert.Equal(
            new TrainerStepStatus(
                West, TrainerStepState.SittingOut, $"Back in round 7, or in the one after a silo of its site has come. 3 rounds in a row without it, the latest round 4: {Away}"),
            seen[(RunPhase.Training, 5)]);
    }

    private static Role Serves(string site) => new(RunsInference: true, Sites: [site]);
}
