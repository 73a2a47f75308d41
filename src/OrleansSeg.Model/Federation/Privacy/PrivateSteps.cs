using System.Text.Json.Serialization;

namespace OrleansSeg.Model.Federation.Privacy;

/// <summary>How units are drawn into a step.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SamplingScheme>))]
public enum SamplingScheme
{
    /// <summary>Each by itself with the same probability.</summary>
    Poisson,

    /// <summary>A fixed number, without replacement.</summary>
    FixedSize,
}

/// <summary>Steps of the Gaussian mechanism, all alike.</summary>
/// <param name="Sampling">How units are drawn.</param>
/// <param name="Rate">Share of the units that is drawn; 0 to 1, and 1 where everybody takes part.</param>
/// <param name="NoiseMultiplier">Standard deviation of the noise over the clip norm; above 0.</param>
/// <param name="Count">How many steps; at least 0.</param>
public sealed record PrivateSteps(SamplingScheme Sampling, double Rate, double NoiseMultiplier, long Count)
{
    /// <summary>What they tell of a unit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its bounds.</exception>
    public RenyiCurve Curve() => (Sampling == SamplingScheme.Poisson
        ? RenyiAccountant.Poisson(Rate, NoiseMultiplier)
        : RenyiAccountant.FixedSize(Rate, NoiseMultiplier)).Times(Count);
}
