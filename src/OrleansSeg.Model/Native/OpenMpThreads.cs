using System.Runtime.InteropServices;

namespace OrleansSeg.Model.Native;

/// <summary>Makes OpenMP's threads sleep while they wait for each other.</summary>
/// <remarks>
/// By default they spin, which is faster when every thread has a core to itself and ruinous when it has not: a thread that spins for one
/// that is not running burns the core that the other waits for. The results are the same either way.
/// </remarks>
internal static class OpenMpThreads
{
    /// <summary>Sets the policy, unless the environment has set it; to be called before a library with OpenMP is loaded.</summary>
    public static void WaitAsleep()
    {
        // The runtime keeps its own copy of the environment, which native libraries do not read.
        _ = SetEnvironment("OMP_WAIT_POLICY\0"u8.ToArray(), "passive\0"u8.ToArray(), overwrite: 0);
    }

    [DllImport("libc", EntryPoint = "setenv"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetEnvironment(byte[] name, byte[] value, int overwrite);
}
