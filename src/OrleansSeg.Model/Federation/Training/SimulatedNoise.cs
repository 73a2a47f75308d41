using System.Security.Cryptography;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Federation.Privacy;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>Noise that hides customers in a simulated run.</summary>
/// <param name="Multiplier">Its standard deviation over the clip norm.</param>
/// <param name="ClipNorm">Norm that each customer's gradient is clipped to.</param>
/// <param name="CustomersPerStep">Customers that a local step draws on average; at least 1.</param>
public sealed record SimulatedNoise(double Multiplier, double ClipNorm, double CustomersPerStep)
{
    /// <summary>Draws seeds.</summary>
    /// <value>Default a cryptographic generator; a seeded one for the same run again.</value>
    public RandomNumberGenerator Seeds { get; init; } = RandomNumberGenerator.Create();

    /// <summary>What a trainer's round clips to and adds.</summary>
    internal CustomerClipping Clipping(FitStatistics statistics)
    {
        var seed = new byte[SeededStream.SeedLength];
        Seeds.GetBytes(seed);
        return new CustomerClipping(
            ClipNorm, CustomersPerStep, new CustomerNoise(Multiplier, statistics.Customers, new SeededStream(seed, "draws"), new SeededStream(seed, "noise")));
    }

    /// <summary>What a round tells.</summary>
    internal CustomerRounds Round(IEnumerable<FitStatistics> statistics, int epochs) =>
        CustomerRounds.Of(statistics.Select(one => one.Customers), CustomersPerStep, Multiplier, epochs, 1e-5);
}
