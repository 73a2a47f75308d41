namespace OrleansSeg.Repository.Tests;

public sealed class ArchitectureTests
{
    private const string Prefix = "OrleansSeg.";

    /// <summary>Who may know whom: a project may reference these and no others.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Events"] = [],
        ["Abstractions"] = ["Events"],
        ["Data"] = ["Events"],
        ["Model"] = ["Events"],
        ["Grains"] = ["Abstractions", "Model"],
        ["Persistence.Sqlite"] = [],
        ["Persistence.AzureTables"] = [],
        ["Client"] = ["Abstractions"],
        ["Silo"] = ["Grains", "Persistence.Sqlite", "Persistence.AzureTables"],
        ["Cli"] = ["Silo", "Client", "Data"],
    };

    public static TheoryData<string> SourceProjects => [.. SourceTree.Projects("src").Select(NameOf).Order()];

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void Project_References_OnlyWhatItMayKnow(string name)
    {
        Assert.True(Allowed.ContainsKey(name), $"src/{Prefix}{name} has no line in the table of allowed references.");
        var references = SourceTree.ProjectReferences(Project(name)).Select(reference => reference[Prefix.Length..]);
        Assert.Empty(references.Except(Allowed[name]));
    }

    [Theory]
    [InlineData("Events", "Microsoft.Orleans")]
    [InlineData("Data", "Microsoft.Orleans")]
    [InlineData("Data", "TorchSharp")]
    [InlineData("Model", "Microsoft.Orleans")]
    [InlineData("Abstractions", "TorchSharp")]
    [InlineData("Client", "TorchSharp")]
    [InlineData("Client", "libtorch")]
    [InlineData("Persistence.Sqlite", "TorchSharp")]
    [InlineData("Persistence.AzureTables", "TorchSharp")]
    public void Project_WithItsWholeClosure_LacksPackage(string name, string package)
    {
        var offenders = Closure(name)
            .SelectMany(project => SourceTree.PackageReferences(Project(project)).Select(reference => $"{project}: {reference}"))
            .Where(reference => reference.Contains(package, StringComparison.OrdinalIgnoreCase));
        Assert.Empty(offenders);
    }

    /// <summary>Packages that not every machine can restore come only with a build switch.</summary>
    [Theory]
    [InlineData("Microsoft.Orleans.Persistence.AzureStorage", "AzureStorage")]
    [InlineData("TorchSharp-cuda-linux", "Accelerator")]
    public void Package_OfABuildSwitch_IsReferencedOnlyUnderItsCondition(string package, string property)
    {
        var conditions = SourceTree.Projects("src").Concat(SourceTree.Projects("tests"))
            .SelectMany(project => SourceTree.ConditionsOf(project, package))
            .ToList();
        Assert.NotEmpty(conditions);
        Assert.All(conditions, condition => Assert.Contains($"'$({property})' == ", condition, StringComparison.Ordinal));
    }

    [Fact]
    public void Closure_OfSilo_ReachesTheModel() => Assert.Contains("Model", Closure("Silo"));

    private static HashSet<string> Closure(string name)
    {
        var reached = new HashSet<string> { name };
        foreach (var reference in SourceTree.ProjectReferences(Project(name)))
        {
            reached.UnionWith(Closure(reference[Prefix.Length..]));
        }

        return reached;
    }

    private static FileInfo Project(string name) => SourceTree.Projects("src").Single(project => NameOf(project) == name);

    private static string NameOf(FileInfo project) => Path.GetFileNameWithoutExtension(project.Name)[Prefix.Length..];
}
