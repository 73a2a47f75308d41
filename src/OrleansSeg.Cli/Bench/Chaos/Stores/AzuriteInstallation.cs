namespace OrleansSeg.Cli.Bench.Chaos.Stores;

/// <summary>Where Azurite is: in the folder that <c>.ci/run</c> installs it into, or in the one that <c>ORLEANSSEG_AZURITE</c> names.</summary>
internal static class AzuriteInstallation
{
    private const string Script = "node_modules/azurite/dist/src/azurite.js";

    /// <summary>The script that node runs, or null.</summary>
    public static string? Find() => Folders().Select(folder => Path.Combine(folder, Script)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Folders()
    {
        if (Environment.GetEnvironmentVariable("ORLEANSSEG_AZURITE") is { Length: > 0 } folder)
        {
            yield return folder;
        }

        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        yield return Path.Combine(cache, "orleansseg", "azurite");
    }
}
