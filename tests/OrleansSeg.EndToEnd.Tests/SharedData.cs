namespace OrleansSeg.EndToEnd.Tests;

/// <summary>Real data kept beside the repository.</summary>
internal static class SharedData
{
    /// <summary>Path of a shared file; skips the test when it is not there.</summary>
    public static string File(string name)
    {
        var path = Roots().Select(root => Path.Combine(root, "data", name)).FirstOrDefault(System.IO.File.Exists);
        Skip.If(path is null, $"The shared data set {name} is not beside the repository.");
        return path!;
    }

    private static IEnumerable<string> Roots()
    {
        if (Environment.GetEnvironmentVariable("ORLEANSSEG_SHARED") is { Length: > 0 } told)
        {
            yield return told;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "OrleansSeg.sln")) && folder.Parent is { } beside)
            {
                yield return Path.Combine(beside.FullName, "shared");
            }
        }
    }
}
