namespace OrleansSeg;

/// <summary>The folder of the repository that holds the running tests.</summary>
internal static class RepositoryFolder
{
    /// <summary>The nearest folder above the tests with the solution in it.</summary>
    public static DirectoryInfo Root { get; } = Find();

    private static DirectoryInfo Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "OrleansSeg.sln")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException("OrleansSeg.sln is in no folder above the tests.");
    }
}
