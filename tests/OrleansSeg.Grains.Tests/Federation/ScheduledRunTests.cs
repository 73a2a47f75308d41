using OrleansSeg.Federation;
using OrleansSeg.Grains.Tests.Clusters;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>Runs that start by themselves.</summary>
public sealed class ScheduledRunTests(ScheduledRunTests.WakingCluster cluster) : IClassFixture<ScheduledRunTests.WakingCluster>
{
    private readonly IFederatedCoordinatorGrain _coordinator = cluster.NewFederation();

    private FederatedPlan Plan => new() { Sites = [cluster.NewSite()], Rounds = 1, DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1) };

    [Fact]
    public async Task OccurrencesMissed_AreMadeGoodByOneRun_AndTheNextOneComesAtItsTime()
    {
        // The clock begins at nine; a run is due every day at half past nine in Berlin, which is half past eight here.
        var set = await _coordinator.SetScheduleAsync(new FederationSchedule("30 9 * * *", "Europe/Berlin", Plan), default);
        Assert.Equal(new DateTimeOffset(2026, 3, 3, 8, 30, 0, TimeSpan.Zero), set!.NextAt);
        await cluster.ForgetAsync(_coordinator);
        cluster.Jump(TimeSpan.FromDays(3.5));
        await cluster.DriveUntilAsync(
            async () => await _coordinator.GetStatusAsync(1, default) is { EndedAt: not null }, TimeSpan.FromSeconds(5), "the run that makes good");
        var made = await _coordinator.GetStatusAsync(null, default);
        Assert.Equal((1, RunPhase.Done), (made!.Run, made.Phase));
        Assert.Equal(new DateTimeOffset(2026, 3, 6, 8, 30, 0, TimeSpan.Zero), (await _coordinator.GetScheduleAsync(default))!.NextAt);

        cluster.Jump(TimeSpan.FromHours(12));
        await cluster.DriveUntilAsync(
            async () => await _coordinator.GetStatusAsync(2, default) is { EndedAt: not null }, TimeSpan.FromSeconds(5), "the next run");
        Assert.Null(await _coordinator.SetScheduleAsync(null, default));
        Assert.Null(await _coordinator.GetScheduleAsync(default));
    }

    [Fact]
    public async Task ScheduleThatCannotBeRead_IsRefused_WithTheReason()
    {
        var cron = await Assert.ThrowsAsync<ArgumentException>(() => _coordinator.SetScheduleAsync(new FederationSchedule("every day", "UTC", Plan), default));
        Assert.Contains("'every day' is no cron expression", cron.Message, StringComparison.Ordinal);
        var zone = await Assert.ThrowsAsync<ArgumentException>(() => _coordinator.SetScheduleAsync(new FederationSchedule("@daily", "Mars/Olympus", Plan), default));
        Assert.Contains("no time zone 'Mars/Olympus'", zone.Message, StringComparison.Ordinal);
        var plan = await Assert.ThrowsAsync<ArgumentException>(() => _coordinator.SetScheduleAsync(new FederationSchedule("@daily", "UTC", Plan with { Rounds = 0 }), default));
        Assert.Contains("Rounds is 0", plan.Message, StringComparison.Ordinal);
        Assert.Null(await _coordinator.GetScheduleAsync(default));
    }

    /// <summary>A cluster that wakes grains.</summary>
    public sealed class WakingCluster : RunCluster
    {
        protected override bool HasReminders => true;
    }
}
