namespace OrleansSeg.Model.Inference.Counterfactuals;

/// <summary>A small change of behaviour after which the model would decide otherwise.</summary>
/// <param name="Change">What would be done or not done, in words.</param>
/// <param name="Segment">What the model would then say.</param>
/// <param name="Probability">Its probability; over several days tried, the lowest.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Days">At most so many days from the decision, or of silence, its length.</param>
public sealed record Counterfactual(string Change, string Segment, float Probability, HypothesisKind Kind, int Days);
