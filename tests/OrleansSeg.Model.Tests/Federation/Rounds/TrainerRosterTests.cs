using System.Text.Json;
using CsCheck;
using OrleansSeg.Model.Federation.Rounds;

namespace OrleansSeg.Model.Tests.Federation.Rounds;

public class TrainerRosterTests
{
    private static readonly RosterRule Rule = new() { FailuresMax = 2, FirstAbsence = 1, AbsenceMax = 4 };

    private static readonly TrainerRoster Pair = TrainerRoster.Empty.Join("oslo", 0).Join("bern", 0);

    [Fact]
    public void Return_BringsBackAtOnce_AndNobodyLaterThanTheyWouldCome()
    {
        var roster = Enumerable.Range(1, 4).Aggregate(TrainerRoster.Empty.Join("away", 0).Join("there", 0), (known, round) => known.Failed("away", round, new RosterRule()));
        Assert.Equal(["there"], roster.TakingPart(5).AsEnumerable());
        Assert.Equal(["away", "there"], roster.Return("away", 5).TakingPart(5).AsEnumerable());
        Assert.Equal(roster, roster.Return("there", 7));
        Assert.Equal(roster, roster.Return("unknown", 5));
    }

    [Fact]
    public void Join_MidRound_TakesPartFromTheNext()
    {
        var roster = Pair.Join("cork", 3);
        Assert.Equal(["bern", "oslo"], roster.TakingPart(3).AsEnumerable());
        Assert.Equal(["bern", "oslo"], roster.TakingPart(3, atLeast: 3).AsEnumerable());
        Assert.Equal(["bern", "cork", "oslo"], roster.TakingPart(4).AsEnumerable());
    }

    [Fact]
    public void Failed_AgainAndAgain_SitsOutOneTwoFourRoundsAndNoMore()
    {
        // "x" fails, "." is set aside.
        Assert.Equal("xx.x..x....x....x", string.Concat(Play(Pair, rounds: 17, succeeds: _ => false)));
    }

    [Fact]
    public void Failed_ThenSucceeds_StartsAfresh() =>
        Assert.Equal("xx.oxx.x..o", string.Concat(Play(Pair, rounds: 11, succeeds: round => round is 4 or 11)));

    [Fact]
    public void Failed_OneRoundToldTwice_CountsOnce()
    {
        var once = Pair.Failed("oslo", 1, Rule);
        Assert.Same(once, once.Failed("oslo", 1, Rule));
        Assert.Same(once, once.Succeeded("oslo", 1));
        Assert.Contains("oslo", once.TakingPart(2).AsEnumerable());
    }

    [Fact]
    public void Join_WhileSetAside_DoesNotBringItBack()
    {
        var aside = Pair.Failed("oslo", 1, Rule).Failed("oslo", 2, Rule);
        Assert.Same(aside, aside.Join("oslo", 2));
        Assert.Equal(["bern"], aside.TakingPart(3).AsEnumerable());
    }

    [Fact]
    public void TakingPart_TooFewLeft_CallsBackWhoeverIsSoonest()
    {
        var roster = Pair.Join("cork", 0);
        foreach (var (trainer, failures) in new[] { ("bern", 4), ("cork", 2), ("oslo", 3) })
        {
            for (var round = 1; round <= failures; round++)
            {
                roster = roster.Failed(trainer, round, Rule);
            }
        }

        Assert.Equal(["cork"], roster.TakingPart(4).AsEnumerable());
        Assert.Equal(["cork", "oslo"], roster.TakingPart(4, atLeast: 2).AsEnumerable());
        Assert.Equal(["bern", "cork", "oslo"], roster.TakingPart(4, atLeast: 9).AsEnumerable());
        Assert.Contains("oslo", roster.Succeeded("oslo", 4).TakingPart(5).AsEnumerable());
    }

    [Fact]
    public void Leave_ThenOutcomes_AreIgnored()
    {
        var roster = Pair.Leave("oslo");
        Assert.Same(roster, roster.Failed("oslo", 1, Rule));
        Assert.Equal(["bern"], roster.TakingPart(1).AsEnumerable());
    }

    [Fact]
    public void Roster_AnyHistory_KeepsItsPromises() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 3]).Array[0, 120].Sample(history =>
        {
            var roster = TrainerRoster.Empty;
            var round = 0;
            foreach (var (trainer, change) in history.Select(step => ($"t{step.Item1}", step.Item2)))
            {
                round += change == 0 ? 1 : 0;
                var before = roster;
                roster = change switch
                {
                    0 => roster,
                    1 => roster.Join(trainer, round),
                    2 => roster.Failed(trainer, Math.Max(1, round), Rule),
                    _ => roster.Succeeded(trainer, Math.Max(1, round)),
                };
                var standing = roster.Standings.SingleOrDefault(standing => standing.Trainer == trainer);
                Assert.Equal(roster.Standings.OrderBy(each => each.Trainer, StringComparer.Ordinal), roster.Standings.AsEnumerable());
                Assert.Equal(roster.Standings.Select(each => each.Trainer).Distinct(), roster.Standings.Select(each => each.Trainer));
                Assert.All(before.Standings.Except(roster.Standings), each => Assert.Equal(trainer, each.Trainer));
                Assert.True(standing is null || standing.From <= Math.Max(1, round) + 1 + Rule.AbsenceMax, "Everybody comes back.");
                Assert.True(roster.TakingPart(round + 2 + Rule.AbsenceMax).Length == roster.Standings.Length, "Everybody comes back.");
                Assert.True(change < 2 || (roster == roster.Failed(trainer, Math.Max(1, round), Rule) && roster == roster.Succeeded(trainer, Math.Max(1, round))));
            }

            var read = JsonSerializer.Deserialize<TrainerRoster>(JsonSerializer.Serialize(roster))!;
            Assert.Equal(roster.Standings.AsEnumerable(), read.Standings);
        });

    [Fact]
    public void Rule_ValuesOutOfBounds_AreRefused()
    {
        Assert.Equal(16, new RosterRule().Absence(10_000));
        Assert.Throws<ArgumentOutOfRangeException>(() => (Rule with { FailuresMax = 0 }).Absence(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => (Rule with { FirstAbsence = 0 }).Absence(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => (Rule with { FirstAbsence = 5 }).Absence(1));
    }

    private static IEnumerable<char> Play(TrainerRoster roster, int rounds, Func<int, bool> succeeds)
    {
        for (var round = 1; round <= rounds; round++)
        {
            if (!roster.TakingPart(round).Contains("oslo"))
            {
                yield return '.';
                continue;
            }

            roster = succeeds(round) ? roster.Succeeded("oslo", round) : roster.Failed("oslo", round, Rule);
            yield return succeeds(round) ? 'o' : 'x';
        }
    }
}
