namespace OrleansSeg.Model.Federation.Training;

/// <summary>Bounds what one customer can add to a step, so that noise can hide each of them.</summary>
/// <remarks>
/// Abadi et al. 2016, arXiv:1607.00133, Algorithm 1, with the customer in place of the example: a step draws every customer independently
/// with the same chance, clips the gradient of each one's mean loss to <see cref="NormMax"/>, sums, adds noise and divides by the expected
/// number drawn. A step that draws nobody is a step of noise.
/// </remarks>
/// <param name="NormMax">Largest Euclidean norm of a customer's gradient.</param>
/// <param name="CustomersPerStep">Customers that a step draws on average; at least 1.</param>
/// <param name="Perturb">Adds noise to the sum of a step; null for none, which bounds influence but hides nobody.</param>
public sealed record CustomerClipping(double NormMax, double CustomersPerStep, GradientPerturbation? Perturb = null);

/// <summary>Adds noise to the summed gradient of one step.</summary>
/// <param name="step">The step of the round, from 0.</param>
/// <param name="sum">All trained weights' clipped gradients, summed over customers.</param>
public delegate void GradientPerturbation(int step, Span<float> sum);
