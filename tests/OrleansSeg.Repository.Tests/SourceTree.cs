using System.Xml.Linq;

namespace OrleansSeg.Repository.Tests;

/// <summary>The repository as it lies on disk.</summary>
internal static class SourceTree
{
    public static DirectoryInfo Root => RepositoryFolder.Root;

    public static IEnumerable<FileInfo> Projects(string folder) =>
        new DirectoryInfo(Path.Combine(Root.FullName, folder)).EnumerateFiles("*.csproj", SearchOption.AllDirectories);

    public static IEnumerable<FileInfo> SourceFiles(string folder) =>
        new DirectoryInfo(Path.Combine(Root.FullName, folder))
            .EnumerateFiles("*.cs", SearchOption.AllDirectories)
            .Where(file => !file.FullName.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"));

    public static IReadOnlyList<string> ProjectReferences(FileInfo project) =>
        [.. Elements(project, "ProjectReference").Select(include => Path.GetFileNameWithoutExtension(include.Replace('\\', '/')))];

    public static IReadOnlyList<string> PackageReferences(FileInfo project) => [.. Elements(project, "PackageReference")];

    /// <summary>For each reference to a package, the conditions it stands under; empty for one that stands under none.</summary>
    public static IReadOnlyList<string> ConditionsOf(FileInfo project, string package) =>
    [
        .. XDocument.Load(project.FullName).Descendants("PackageReference")
            .Where(reference => (string?)reference.Attribute("Include") == package)
            .Select(reference => string.Join(" and ", reference.AncestorsAndSelf().Attributes("Condition").Select(condition => condition.Value))),
    ];

    private static IEnumerable<string> Elements(FileInfo project, string name) =>
        XDocument.Load(project.FullName).Descendants(name).Select(element => (string?)element.Attribute("Include") ?? "");
}
