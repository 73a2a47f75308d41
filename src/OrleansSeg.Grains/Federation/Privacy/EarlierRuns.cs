using System.Collections.Immutable;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Federation.Privacy;

namespace OrleansSeg.Federation.Privacy;

/// <summary>What a federation's earlier runs told of their units, as each run carries it to the next.</summary>
/// <remarks>
/// Runs of one federation tell of the same customers, so what they told adds up. It is counted as if one customer were in every run the
/// one that is told most of: a bound for all, whatever sites and trainers there were.
/// </remarks>
[GenerateSerializer, Immutable, Alias("seg.earlier-runs")]
internal sealed record EarlierRuns
{
    /// <summary>No run.</summary>
    public static EarlierRuns None { get; } = new();

    /// <summary>Of a customer, as a <see cref="RenyiCurve"/>; empty for nothing.</summary>
    [Id(0)]
    public ImmutableArray<double> Customer { get; init; } = [];

    /// <summary>Of a site.</summary>
    [Id(1)]
    public ImmutableArray<double> Trainer { get; init; } = [];

    /// <summary>Runs that began to train without noise for customers: what they told of one has no bound.</summary>
    [Id(2)]
    public int WithoutCustomerNoise { get; init; }

    /// <summary>Runs that began to train without noise for sites.</summary>
    [Id(3)]
    public int WithoutTrainerNoise { get; init; }

    /// <summary>After a run: what came before it and what it told itself.</summary>
    public static EarlierRuns After(RunState run)
    {
        var (earlier, unit, rounds) = (run.Earlier, run.Plan.Privacy.Unit, Math.Max(run.RoundsBegun, run.Rounds.Length));
        if (rounds == 0)
        {
            return earlier;
        }

        var spent = earlier.Of(unit).And(run.Privacy?.Spent(rounds) ?? RenyiCurve.Zero).Values;
        return earlier with
        {
            Customer = unit == ProtectedUnit.Customer ? spent : earlier.Customer,
            Trainer = unit == ProtectedUnit.Trainer ? spent : earlier.Trainer,
            WithoutCustomerNoise = earlier.WithoutCustomerNoise + (unit == ProtectedUnit.Customer ? 0 : 1),
            WithoutTrainerNoise = earlier.WithoutTrainerNoise + (unit == ProtectedUnit.Trainer ? 0 : 1),
        };
    }

    /// <summary>What was told of a unit.</summary>
    public RenyiCurve Of(ProtectedUnit unit) =>
        (unit == ProtectedUnit.Customer ? Customer : Trainer) is { IsDefaultOrEmpty: false } values ? new RenyiCurve(values) : RenyiCurve.Zero;

    /// <summary>Runs without noise for a unit.</summary>
    public int WithoutNoise(ProtectedUnit unit) => unit == ProtectedUnit.Customer ? WithoutCustomerNoise : WithoutTrainerNoise;
}
