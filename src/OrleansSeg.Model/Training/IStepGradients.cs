using OrleansSeg.Model.Sequences;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Training;

/// <summary>Which examples each step sees, and what gradient they give.</summary>
internal interface IStepGradients
{
    /// <summary>Steps of one epoch.</summary>
    int StepsPerEpoch { get; }

    /// <summary>The examples of each step of the next epoch.</summary>
    IEnumerable<IReadOnlyList<Example>> NextEpoch();

    /// <summary>Leaves a step's gradient on the weights.</summary>
    /// <returns>The mean loss.</returns>
    double Compute(
        SegmentNetwork network,
        InputEncoder encoder,
        IReadOnlyList<Example> examples,
        NetworkTrainingOptions options,
        Generator dropout,
        IReadOnlyList<(string Name, Parameter Weight)> weights);
}
