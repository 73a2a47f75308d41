namespace OrleansSeg.Model.Tests.Text;

/// <summary>Public data that the repository does not hold: the folder that ORLEANSSEG_DATA names, else <c>shared/data</c> beside a folder above.</summary>
internal static class SharedData
{
    /// <summary>A file or folder of the data; the test is skipped where there is none.</summary>
    public static string Path(params string[] parts)
    {
        var relative = System.IO.Path.Combine(parts);
        var found = Roots().Select(root => System.IO.Path.Combine(root, relative)).FirstOrDefault(System.IO.Path.Exists);
        Skip.If(found is null, $"This test needs the public data file {relative}; ORLEANSSEG_DATA names the folder it lies in.");
        return found!;
    }

    private static IEnumerable<string> Roots()
    {
        if (Environment.GetEnvironmentVariable("ORLEANSSEG_DATA") is { Length: > 0 } named)
        {
            yield return named;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            yield return System.IO.Path.Combine(folder.FullName, "shared", "data");
        }
    }
}
