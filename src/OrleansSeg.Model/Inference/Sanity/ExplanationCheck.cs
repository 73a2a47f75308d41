namespace OrleansSeg.Model.Inference.Sanity;

/// <summary>How far explanations may be trusted, measured over customers.</summary>
/// <param name="Customers">Customers explained.</param>
/// <param name="CompletenessErrorMax">The largest difference of a sum of contributions from what it must be, in logits.</param>
/// <param name="RandomWeights">What attributions have in common with those of the same network with random weights.</param>
/// <param name="Deletion">What removing the factors that speak for the decision does to it.</param>
public sealed record ExplanationCheck(int Customers, double CompletenessErrorMax, WeightRandomization RandomWeights, DeletionCurve Deletion);

/// <summary>Rank correlations of a customer's contributions under trained and under random weights, mean over customers and draws.</summary>
/// <remarks>
/// Adebayo et al. 2018, arXiv:1810.03292: an explanation that stays when the weights go explains the input and not the model. Sizes share a
/// little by nature, because what is near the average adds little under any weights.
/// </remarks>
/// <param name="Draws">Random networks.</param>
/// <param name="Signed">Correlation of the contributions.</param>
/// <param name="Sizes">Correlation of their sizes.</param>
public sealed record WeightRandomization(int Draws, double Signed, double Sizes);

/// <summary>The decided segment's probability, mean over customers, as factors are removed.</summary>
/// <remarks>
/// Samek et al. 2017, arXiv:1509.06321: those that speak most for the decision first, against orders drawn by chance. A removed factor is put to where
/// attributions begin: the average figure, a step of nothing.
/// </remarks>
/// <param name="Shares">Share of the factors removed at each point, from 0 to 1.</param>
/// <param name="ByContribution">The probability at each point.</param>
/// <param name="ByChance">The same in random orders.</param>
/// <param name="AreaByContribution">Area under <paramref name="ByContribution"/>: the smaller, the better.</param>
/// <param name="AreaByChance">Area under <paramref name="ByChance"/>.</param>
/// <param name="Difference">Difference of the areas, customer by customer: below zero speaks for the explanations.</param>
public sealed record DeletionCurve(
    IReadOnlyList<double> Shares,
    IReadOnlyList<double> ByContribution,
    IReadOnlyList<double> ByChance,
    double AreaByContribution,
    double AreaByChance,
    Evaluation.Rolling.PairedDifference Difference);
