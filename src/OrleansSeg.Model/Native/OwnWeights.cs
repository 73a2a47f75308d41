using static TorchSharp.torch;

namespace OrleansSeg.Model.Native;

/// <summary>Weights that belong to their module.</summary>
internal static class OwnWeights
{
    /// <summary>Takes a module's weights out of the dispose scope it is made in; to be called once its components are registered.</summary>
    /// <remarks>
    /// TorchSharp leaves a parameter made of a tensor to the caller's scope, which disposes of it at its end: the module then has one weight less, and
    /// its state says nothing of it.
    /// </remarks>
    public static void KeepWeights(this nn.Module module)
    {
        foreach (var weight in module.parameters())
        {
            weight.DetachFromDisposeScope();
        }
    }
}
