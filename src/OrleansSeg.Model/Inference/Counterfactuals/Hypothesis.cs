using OrleansSeg.Model.Features;

namespace OrleansSeg.Model.Inference.Counterfactuals;

/// <summary>Behaviour that has not happened.</summary>
/// <param name="Kind">What would be done.</param>
/// <param name="Days">Days from the decision to the first of it; of silence, its length.</param>
/// <param name="Input">What the model would see right after it.</param>
internal sealed record Hypothesis(HypothesisKind Kind, int Days, CustomerInput Input);
