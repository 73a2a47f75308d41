namespace OrleansSeg.Model.Inference;

/// <summary>Why a customer is in a segment, computed from the model that says so.</summary>
/// <param name="Segment">The segment decided and explained.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="Method">How the contributions were computed.</param>
/// <param name="Score">The segment's score: the logarithm of its odds, ln(p / (1 - p)); its plain logit where the rule allows no other.</param>
/// <param name="BaseValue">The same score for a customer of average figures and no behaviour.</param>
/// <param name="Factors">Contributions, the largest in absolute value first; their sum is <paramref name="Score"/> minus <paramref name="BaseValue"/>.</param>
public sealed record Explanation(
    string Segment, float Probability, string Method, float Score, float BaseValue, IReadOnlyList<Factor> Factors);

/// <summary>One feature's or step's part in a decision.</summary>
/// <param name="Name">In words a marketer reads.</param>
/// <param name="Value">Its value for this customer.</param>
/// <param name="Contribution">What it adds to the segment's score; negative speaks against.</param>
public sealed record Factor(string Name, string Value, float Contribution)
{
    /// <summary>What factors of one sort have in common over customers: a feature's own name, and for a step its kind.</summary>
    public string Group { get; init; } = Name;
}
