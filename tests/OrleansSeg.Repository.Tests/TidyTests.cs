namespace OrleansSeg.Repository.Tests;

public sealed class TidyTests
{
    private static readonly string[] TopLevel = ["OrleansSeg.sln", "src", "tests", "silo-config", "deploy", "README.md", "LICENSE", "global.json"];

    [Fact]
    public void TopLevel_HoldsNothingUnexpected()
    {
        var unexpected = SourceTree.Root.EnumerateFileSystemInfos()
            .Select(entry => entry.Name)
            .Where(name => !name.StartsWith('.') && !name.StartsWith("Directory.", StringComparison.Ordinal))
            .Except([.. TopLevel, "bin", "obj", "TestResults", "orleansseg-data"]);
        Assert.Empty(unexpected);
    }

    [Fact]
    public void EveryProject_IsInTheSolution()
    {
        var solution = File.ReadAllText(Path.Combine(SourceTree.Root.FullName, "OrleansSeg.sln"));
        var missing = SourceTree.Projects("src").Concat(SourceTree.Projects("tests")).Where(project => !solution.Contains(project.Name, StringComparison.Ordinal));
        Assert.Empty(missing);
    }

    [Fact]
    public void SourceFiles_LeaveNothingUndone()
    {
        string[] marks = ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Exception"];
        var undone = SourceTree.SourceFiles("src")
            .Where(file => marks.Any(mark => File.ReadAllText(file.FullName).Contains(mark, StringComparison.Ordinal)))
            .Select(file => file.Name);
        Assert.Empty(undone);
    }
}
