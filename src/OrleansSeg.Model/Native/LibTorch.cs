using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace OrleansSeg.Model.Native;

/// <summary>Makes libtorch loadable before anything touches a tensor.</summary>
/// <remarks>
/// TorchSharp's native half names a version of libstdc++ (GCC 13.2) that Debian 12, Ubuntu 22.04 and RHEL 9 lack, though it calls
/// nothing of it. Where the host lacks it, the copy in the output folder is replaced by one whose need is marked weak. The package
/// cache, to which the output may be hard-linked, is never written: the new file takes the old one's name.
/// </remarks>
public static class LibTorch
{
    private const string LibraryFile = "libLibTorchSharp.so";
    private const string NeededVersion = "GLIBCXX_3.4.32";

    private static readonly Lazy<string> Preparation = new(Prepare, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>What was done to make libtorch loadable, for a log line.</summary>
    public static string Description => Preparation.Value;

    /// <summary>Prepares libtorch once; cheap afterwards.</summary>
    /// <exception cref="DllNotFoundException">The native library is nowhere among this application's files.</exception>
    public static void EnsureLoadable() => _ = Preparation.Value;

    /// <summary>Whether tensors can live on a CUDA device. Loads libtorch.</summary>
    public static bool HasCuda()
    {
        EnsureLoadable();
        return torch.cuda.is_available();
    }

    // Whoever first touches this assembly may go on to touch a tensor, and the native library must be in order by then.
#pragma warning disable CA2255
    [ModuleInitializer]
    internal static void OnModuleLoad()
    {
        if (OperatingSystem.IsLinux())
        {
            OpenMpThreads.WaitAsleep();
            EnsureLoadable();
        }
    }
#pragma warning restore CA2255

    private static string Prepare()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "libtorch as shipped";
        }

        if (HostOffers(NeededVersion))
        {
            return "libtorch as shipped: the host's libstdc++ has all it names";
        }

        if (FindLibrary() is not { } path)
        {
            return $"{LibraryFile} is not among this application's files";
        }

        var image = File.ReadAllBytes(path);
        if (ElfVersionNeeds.MarkWeak(image, NeededVersion) == 0)
        {
            return $"{path} was adapted to this host's older libstdc++ before";
        }

        return TryReplace(path, image)
            ? $"{path} adapted to this host's older libstdc++ ({NeededVersion} marked weak)"
            : LoadCopy(path, image);
    }

    private static bool HostOffers(string version)
    {
        // Loading by soname finds the very file the native library will be linked against.
        if (!NativeLibrary.TryLoad("libstdc++.so.6", out _))
        {
            return false;
        }

        var path = File.ReadLines("/proc/self/maps")
            .Select(line => line[(line.LastIndexOf(' ') + 1)..])
            .FirstOrDefault(mapped => mapped.Contains("/libstdc++.so", StringComparison.Ordinal));
        return path is not null && File.ReadAllBytes(path).AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(version + "\0")) >= 0;
    }

    private static string? FindLibrary()
    {
        var searched = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var own = Path.Combine(AppContext.BaseDirectory, "runtimes", $"linux-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}", "native");
        return searched.Prepend(AppContext.BaseDirectory).Prepend(own).Select(folder => Path.Combine(folder, LibraryFile)).FirstOrDefault(File.Exists);
    }

    private static bool TryReplace(string path, byte[] image)
    {
        // Only this application's own folder is written; a package cache is shared with others.
        if (!Path.GetFullPath(path).StartsWith(Path.GetFullPath(AppContext.BaseDirectory), StringComparison.Ordinal))
        {
            return false;
        }

        var temporary = $"{path}.{Environment.ProcessId}";
        try
        {
            File.WriteAllBytes(temporary, image);
            File.Move(temporary, path, overwrite: true);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string LoadCopy(string path, byte[] image)
    {
        var copy = Path.Combine(Directory.CreateTempSubdirectory("orleansseg-libtorch-").FullName, LibraryFile);
        File.WriteAllBytes(copy, image);

        // The copy lies apart from libtorch, so libtorch is loaded first, from where it is.
        var folder = Path.GetDirectoryName(path)!;
        foreach (var dependency in new[] { "libc10.so", "libtorch_cpu.so", "libtorch.so" })
        {
            NativeLibrary.TryLoad(Path.Combine(folder, dependency), out _);
        }

        var handle = NativeLibrary.Load(copy);
        NativeLibrary.SetDllImportResolver(
            typeof(torch).Assembly, (name, _, _) => name.Contains("LibTorchSharp", StringComparison.Ordinal) ? handle : IntPtr.Zero);
        return $"{copy} stands in for {path} on this host's older libstdc++";
    }
}
