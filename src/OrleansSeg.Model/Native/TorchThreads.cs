using static TorchSharp.torch;

namespace OrleansSeg.Model.Native;

/// <summary>Torch's threads set to a number for a while, so that sums come in one order.</summary>
/// <remarks>OpenMP keeps the number for each calling thread: what is computed meanwhile on other threads keeps theirs.</remarks>
internal sealed class TorchThreads : IDisposable
{
    private readonly int _before;

    private TorchThreads(int before) => _before = before;

    /// <summary>Sets the number for the calling thread, until the result is disposed on it.</summary>
    public static TorchThreads Fix(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        LibTorch.EnsureLoadable();
        var before = get_num_threads();
        if (before != count)
        {
            set_num_threads(count);
        }

        return new TorchThreads(before);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (get_num_threads() != _before)
        {
            set_num_threads(_before);
        }
    }
}
