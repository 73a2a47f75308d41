using TorchSharp.Modules;

namespace OrleansSeg.Model.Training;

/// <summary>What happens to the gradients of a step besides being followed.</summary>
internal interface IStepRule
{
    /// <summary>Changes the gradients in place, once they are clipped.</summary>
    /// <param name="weights">Trained weights in ordinal order of their names.</param>
    void Apply(IReadOnlyList<(string Name, Parameter Weight)> weights);
}
