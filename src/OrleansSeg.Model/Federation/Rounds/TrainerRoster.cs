using System.Collections.Immutable;

namespace OrleansSeg.Model.Federation.Rounds;

/// <summary>How a trainer stands.</summary>
/// <param name="Trainer">Its id.</param>
/// <param name="From">The first round it takes part in: the one after it joined, or the one it comes back in.</param>
/// <param name="Failures">Rounds failed in a row.</param>
/// <param name="LastRound">The latest round whose outcome is counted; 0 for none.</param>
public sealed record TrainerStanding(string Trainer, int From, int Failures = 0, int LastRound = 0);

/// <summary>When a trainer that fails is set aside, and for how long.</summary>
public sealed record RosterRule
{
    /// <summary>Failures in a row that set a trainer aside. Each further one does so at once, for twice as long.</summary>
    /// <value>Default 2; at least 1.</value>
    public int FailuresMax { get; init; } = 2;

    /// <summary>Rounds sat out the first time.</summary>
    /// <value>Default 1; at least 1.</value>
    public int FirstAbsence { get; init; } = 1;

    /// <summary>Rounds sat out at most.</summary>
    /// <value>Default 16; at least <see cref="FirstAbsence"/>.</value>
    public int AbsenceMax { get; init; } = 16;

    /// <summary>Rounds to sit out after this many failures in a row; 0 for none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value of the rule is out of bounds; the message names it.</exception>
    public int Absence(int failures)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(FailuresMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(FirstAbsence, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(AbsenceMax, FirstAbsence);
        return failures < FailuresMax ? 0 : (int)Math.Min(AbsenceMax, FirstAbsence * Math.Pow(2, failures - FailuresMax));
    }
}

/// <summary>Who takes part in which round. Each change gives a new roster; outcomes of a round count once, however often they are told.</summary>
/// <param name="Standings">The trainers, in ordinal order of ids. Made by <see cref="Join"/>, or read back as it was written.</param>
public sealed record TrainerRoster(ImmutableArray<TrainerStanding> Standings)
{
    /// <summary>Nobody yet.</summary>
    public static TrainerRoster Empty { get; } = new([]);

    /// <summary>A trainer appears while a round runs and takes part from the next. One that is known already stands as it stood: coming anew clears nothing.</summary>
    /// <param name="trainer">Its id; not empty.</param>
    /// <param name="round">The round that runs; 0 before the first.</param>
    public TrainerRoster Join(string trainer, int round)
    {
        ArgumentException.ThrowIfNullOrEmpty(trainer);
        ArgumentOutOfRangeException.ThrowIfNegative(round);
        return Find(trainer) is null
            ? new([.. Standings.Add(new TrainerStanding(trainer, round + 1)).OrderBy(standing => standing.Trainer, StringComparer.Ordinal)])
            : this;
    }

    /// <summary>A trainer that was set aside because it was not there is there again, and takes part from a round on; unknown ids are ignored.</summary>
    public TrainerRoster Return(string trainer, int round) => Find(trainer) is { } standing && standing.From > round
        ? new(Standings.Replace(standing, standing with { From = round }))
        : this;

    /// <summary>A trainer is gone for good; unknown ids are ignored.</summary>
    public TrainerRoster Leave(string trainer) => new(Standings.RemoveAll(standing => standing.Trainer == trainer));

    /// <summary>The trainers of a round, in ordinal order. Ask before the round and keep the answer with it: its outcomes change who is set aside.</summary>
    /// <param name="round">From 1.</param>
    /// <param name="atLeast">Where fewer would take part, those set aside who come back soonest are called early, so that a run does not starve.</param>
    public ImmutableArray<string> TakingPart(int round, int atLeast = 0)
    {
        var count = Math.Max(atLeast, Standings.Count(standing => standing.From <= round));
        return
        [
            .. Standings.Where(standing => standing.From <= round || standing.LastRound > 0)
                .OrderBy(standing => Math.Max(standing.From, round))
                .ThenBy(standing => standing.Trainer, StringComparer.Ordinal)
                .Take(count)
                .Select(standing => standing.Trainer)
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>A trainer's update of a round was taken: its failures are forgotten. Ignored for unknown ids and for rounds already counted.</summary>
    public TrainerRoster Succeeded(string trainer, int round) =>
        Count(trainer, round, standing => standing with { From = Math.Min(standing.From, round + 1), Failures = 0, LastRound = round });

    /// <summary>A trainer of a round sent nothing sound in time. Ignored for unknown ids and for rounds already counted.</summary>
    public TrainerRoster Failed(string trainer, int round, RosterRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return Count(trainer, round, standing =>
        {
            var failures = standing.Failures + 1;
            return standing with { From = Math.Max(standing.From, round + 1 + rule.Absence(failures)), Failures = failures, LastRound = round };
        });
    }

    private TrainerRoster Count(string trainer, int round, Func<TrainerStanding, TrainerStanding> change)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(round, 1);
        return Find(trainer) is { } standing && round > standing.LastRound ? new(Standings.Replace(standing, change(standing))) : this;
    }

    private TrainerStanding? Find(string trainer) => Standings.FirstOrDefault(standing => standing.Trainer == trainer);
}
