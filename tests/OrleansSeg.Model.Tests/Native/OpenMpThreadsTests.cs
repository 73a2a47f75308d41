using System.Runtime.InteropServices;
using OrleansSeg.Model.Native;
using TorchSharp;

namespace OrleansSeg.Model.Tests.Native;

public sealed class OpenMpThreadsTests
{
    [SkippableFact]
    public void NativeLibraries_AreToldToWaitAsleep()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Linux alone has the setting made here.");
        LibTorch.EnsureLoadable();
        using var loaded = torch.zeros(1);
        var policy = Marshal.PtrToStringUTF8(NativeEnvironment("OMP_WAIT_POLICY\0"u8.ToArray()));
        Assert.Equal(Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") ?? "passive", policy);
    }

    [DllImport("libc", EntryPoint = "getenv"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint NativeEnvironment(byte[] name);
}
