using System.Security.Cryptography;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>Bounds what one customer can add to a step, so that noise can hide each of them.</summary>
/// <remarks>
/// Abadi et al. 2016, arXiv:1607.00133, Algorithm 1, with the customer in place of the example: a step draws every customer independently
/// with the same chance, clips the gradient of each one's mean loss to <see cref="NormMax"/>, sums, adds noise and divides by the expected
/// number drawn. A step that draws nobody is a step of noise.
/// </remarks>
/// <param name="NormMax">Largest Euclidean norm of a customer's gradient.</param>
/// <param name="CustomersPerStep">Customers that a step draws on average; at least 1.</param>
/// <param name="Noise">What hides each of them; null for none, which bounds influence but hides nobody.</param>
public sealed record CustomerClipping(double NormMax, double CustomersPerStep, CustomerNoise? Noise = null)
{
    /// <summary>The chance with which a step draws each customer.</summary>
    /// <param name="customersPerStep">At least 1.</param>
    /// <param name="customers">Customers there are; at least 1.</param>
    public static double RateOf(double customersPerStep, long customers) => Math.Min(1, customersPerStep / customers);

    /// <summary>Steps that draw each customer once on average, rounded up: an epoch.</summary>
    /// <param name="customersPerStep">At least 1.</param>
    /// <param name="customers">Customers there are; at least 1.</param>
    public static int StepsOf(double customersPerStep, long customers) => (int)Math.Ceiling(1 / RateOf(customersPerStep, customers));
}

/// <summary>Noise of a trainer's round. The same generator at its beginning gives the same draws and the same noise.</summary>
/// <param name="Multiplier">Its standard deviation over the clip norm; at least 2^-19.</param>
/// <param name="Customers">Customers that the accountant counts with: the chance to be drawn and the divisor hang on it, whoever is there now; at least 1.</param>
/// <param name="Draws">Draws customers: a cryptographic generator, since the accountant counts on nobody knowing who was drawn.</param>
/// <param name="Random">Draws noise: a cryptographic generator.</param>
public sealed record CustomerNoise(double Multiplier, long Customers, RandomNumberGenerator Draws, RandomNumberGenerator Random);
