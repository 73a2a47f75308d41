namespace OrleansSeg.Model.Federation.Drift;

/// <summary>What trainers compare, to tell whether a model still fits its customers.</summary>
/// <param name="Known">The latest cutoff that the model knew.</param>
/// <param name="Matured">The latest cutoff whose horizon has passed.</param>
/// <param name="Present">Where the data end.</param>
/// <param name="Horizon">How far after a cutoff labels look; a customer counts at an instant who did something in as long a time before.</param>
/// <param name="Step">Distance of the cutoffs at which matured labels are counted.</param>
/// <param name="ExamplesMax">Most customers whose forecasts are compared.</param>
/// <param name="Seed">Seed of the draw of these.</param>
public sealed record DriftQuestion(
    DateTimeOffset Known, DateTimeOffset Matured, DateTimeOffset Present, TimeSpan Horizon, TimeSpan Step, int ExamplesMax = 50_000, int Seed = 1)
{
    /// <summary>Whether there are labels that the model could not know.</summary>
    public bool HasMatured => Matured > Known;

    /// <summary>The cutoffs of such labels, ascending.</summary>
    public IEnumerable<DateTimeOffset> NewCutoffs()
    {
        for (var cutoff = Known + Step; cutoff <= Matured; cutoff += Step)
        {
            yield return cutoff;
        }
    }
}
