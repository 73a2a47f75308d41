using TorchSharp.Modules;

namespace OrleansSeg.Model.Training;

/// <summary>Weights that are trained alike.</summary>
/// <param name="Weights">The weights.</param>
/// <param name="RateShare">Their learning rate over the rate of a step.</param>
/// <param name="WeightDecay">Their decay.</param>
internal sealed record TrainedGroup(Parameter[] Weights, double RateShare, double WeightDecay);
