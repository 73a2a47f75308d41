using Microsoft.Extensions.Time.Testing;

namespace OrleansSeg.Grains.Tests.Clusters;

/// <summary>A cluster's clock: it stands still until a test moves it.</summary>
/// <remarks>
/// <see cref="Task.Delay(TimeSpan, TimeProvider)"/> counts whole milliseconds, so under a clock that stands still it ends up to one too early, and
/// Orleans, which delays until an instant has come, asks again at once, gets a delay of nothing, and never lets go of the thread that moves
/// the clock. Delays here end a millisecond later, as they would on any real clock.
/// </remarks>
/// <param name="start">Where it begins.</param>
public sealed class ClusterClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(1);

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, state is Task && dueTime > TimeSpan.Zero ? dueTime + Late : dueTime, period);
}
