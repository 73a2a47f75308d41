namespace OrleansSeg.Model.Federation;

/// <summary>What a trainer sends after a round, and all that it sends.</summary>
/// <param name="Trainer">The trainer's id; aggregation sums in ordinal order of ids.</param>
/// <param name="Delta">(P) trained minus global weights.</param>
/// <param name="Examples">Examples trained on: the update's weight. At least 1.</param>
/// <param name="Steps">Optimizer steps taken. At least 1.</param>
/// <param name="ControlDelta">(P) how much the trainer's control variate changed; null where the strategy has none.</param>
public sealed record TrainerUpdate(string Trainer, float[] Delta, long Examples, int Steps, float[]? ControlDelta = null);

/// <summary>What local steps do besides following the gradient.</summary>
/// <param name="ProximalWeight">Pull towards the round's global weights, the <c>mu</c> of FedProx; 0 for none.</param>
/// <param name="Correction">(P) added to every gradient: SCAFFOLD's server minus trainer control variate; null for none.</param>
public sealed record LocalRule(double ProximalWeight = 0, float[]? Correction = null);
