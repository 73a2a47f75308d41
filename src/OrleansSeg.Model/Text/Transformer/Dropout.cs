using OrleansSeg.Model.Native;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Transformer;

/// <summary>Dropout from a generator that is passed in, so that nothing else in the process disturbs a seed.</summary>
internal static class Dropout
{
    /// <summary>Sets a share of the values to 0 and scales the others up; without a generator nothing changes.</summary>
    public static Tensor Drop(this Tensor values, double share, Generator? random)
    {
        if (random is null || share <= 0)
        {
            return values;
        }

        return values * empty_like(values).bernoulli_(1 - share, random).Over(1 - share);
    }
}
