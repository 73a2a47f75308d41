using System.Collections.Immutable;
using CsCheck;
using OrleansSeg.Models;

namespace OrleansSeg.Grains.Tests.Models;

public sealed class ServiceLogTests
{
    private static readonly int[] Five = [1, 2, 3, 4, 5];

    [Theory]
    [InlineData("", null)]
    [InlineData("p1", null)]
    [InlineData("p1 p2", 1)]
    [InlineData("p1 p2 p3 r2", 1)]
    [InlineData("p1 p2 p3 r2 r1", null)]
    [InlineData("p1 p2 p3 r1", null)]
    [InlineData("p1 p2 r1 p3", 1)]
    [InlineData("p1 p2 p3 r2 p4", 2)]
    [InlineData("p1 p2 p1", 2)]
    [InlineData("p3 r1", 3)]
    [InlineData("p1 p9 p3", 1)]
    public void Before_IsTheVersionTakenOverFrom_AndNeverOneRolledBack(string changes, int? expected) =>
        Assert.Equal(expected, Parse(changes).Before(Five));

    [Fact]
    public void Before_Repeated_ComesToAnEnd_EachTimeAtAnotherVersion() =>
        Gen.Int[1, 5].List[0, 30].Sample(promoted =>
        {
            var log = promoted.Aggregate(ImmutableArray<ServiceChange>.Empty, (so, version) => so.With(Change(version, ServiceReason.Promoted)));
            for (var left = log.Length; log.Before(Five) is { } version; left--)
            {
                Assert.True(left > 0);
                Assert.NotEqual(log[^1].Version, version);
                log = log.With(Change(version, ServiceReason.RolledBack));
            }
        });

    [Fact]
    public void With_KeepsTheLatest()
    {
        var log = Enumerable.Range(1, ServiceLog.ChangesMax + 5).Aggregate(ImmutableArray<ServiceChange>.Empty, (so, version) => so.With(Change(version, ServiceReason.Published)));
        Assert.Equal((ServiceLog.ChangesMax, 6, ServiceLog.ChangesMax + 5), (log.Length, log[0].Version, log[^1].Version));
    }

    private static ImmutableArray<ServiceChange> Parse(string changes) =>
        [.. changes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => Change(int.Parse(word[1..]), word[0] == 'r' ? ServiceReason.RolledBack : ServiceReason.Published))];

    private static ServiceChange Change(int version, ServiceReason reason) => new(DateTimeOffset.UnixEpoch, version, reason, Forced: false);
}
