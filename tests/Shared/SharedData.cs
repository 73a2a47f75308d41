namespace OrleansSeg;

/// <summary>Real data kept beside the repository.</summary>
internal static class SharedData
{
    /// <summary>Path of a shared file; skips the test when it is not there.</summary>
    public static string File(string name)
    {
        string?[] roots = [Environment.GetEnvironmentVariable("ORLEANSSEG_SHARED"), Path.Combine(RepositoryFolder.Root.FullName, "..", "shared")];
        var path = roots.Where(root => !string.IsNullOrEmpty(root)).Select(root => Path.Combine(root!, "data", name)).FirstOrDefault(System.IO.File.Exists);
        Skip.If(path is null, $"The shared data set {name} is not beside the repository.");
        return path!;
    }
}
