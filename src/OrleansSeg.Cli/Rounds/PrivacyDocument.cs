using OrleansSeg.Federation;

namespace OrleansSeg.Cli.Rounds;

/// <summary>Whom a plan hides and how well, as it is printed.</summary>
internal sealed record PrivacyDocument(ProtectedUnit Unit, double NoiseMultiplier, double CustomerClipNorm, int CustomersPerStep, double Delta, double EpsilonMax)
{
    public static PrivacyDocument Of(FederatedPrivacy privacy) =>
        new(privacy.Unit, privacy.NoiseMultiplier, privacy.CustomerClipNorm, privacy.CustomersPerStep, privacy.Delta, privacy.EpsilonMax);
}

/// <summary>What noised steps have told, as it is printed. An epsilon without a bound is null.</summary>
internal sealed record SpentDocument(
    ProtectedUnit Unit,
    double? Epsilon,
    double? TotalEpsilon,
    double Delta,
    double EpsilonMax,
    int Rounds,
    long Steps,
    double SamplingRate,
    int RunsWithoutNoise,
    bool IsStopped)
{
    public static SpentDocument? Of(PrivacySpent? spent) => spent is null
        ? null
        : new SpentDocument(
            spent.Unit,
            Finite(spent.Epsilon),
            Finite(spent.TotalEpsilon),
            spent.Delta,
            spent.EpsilonMax,
            spent.Rounds,
            spent.Steps,
            spent.SamplingRate,
            spent.RunsWithoutNoise,
            spent.IsStopped);

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}

/// <summary>What is told without noise, as it is printed.</summary>
internal sealed record ReleaseDocument(string What, string Contents, string SeenBy, int? Round, int? LastRound)
{
    public static ReleaseDocument Of(PrivacyRelease release) => new(release.What, release.Contents, release.SeenBy, release.Round, release.LastRound);
}
