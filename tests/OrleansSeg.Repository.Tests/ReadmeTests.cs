using System.Text.RegularExpressions;

namespace OrleansSeg.Repository.Tests;

public sealed partial class ReadmeTests
{
    private static readonly string Readme = Read("README.md");
    private static readonly string Configuration = Read("silo-config/README.md");
    private static readonly string Documents = Read("src/OrleansSeg.Cli/README.md");

    [Fact]
    public void CodeBlocks_AreCompiledAndRunByATest()
    {
        var compiled = Squeeze(Read("tests/OrleansSeg.Client.Tests/ReadmeSnippets.cs"));
        var blocks = CodeBlock().Matches(Readme).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.Contains(Squeeze(block), compiled, StringComparison.Ordinal));
    }

    [Fact]
    public void Paths_ThatPagesName_Exist()
    {
        var missing = PathName().Matches(Readme + Configuration + Documents)
            .Select(match => match.Groups[1].Value.TrimEnd('/'))
            .Where(path => !Path.Exists(Path.Combine(SourceTree.Root.FullName, path)));
        Assert.Empty(missing);
    }

    [Fact]
    public void Options_AreAllInTheTable()
    {
        var options = SourceTree.SourceFiles("src")
            .Where(file => file.Name is "NetworkOptions.cs" or "MembershipOptions.cs" or "AzureConnectionOptions.cs" or "AzureTablesOptions.cs"
                or "AzureBlobBundleOptions.cs" or "SiteOptions.cs" or "CustomerOptions.cs" or "PartitionOptions.cs"
                or "RescoringOptions.cs" or "InferenceOptions.cs" or "RoleOptions.cs" or "SiloSettings.cs"
                or "PostgresOptions.cs" or "RedisOptions.cs" or "SharedModelOptions.cs")
            .SelectMany(file => OptionProperty().Matches(File.ReadAllText(file.FullName)).Select(match => match.Groups[1].Value));
        Assert.DoesNotContain(options, name => !Configuration.Contains($"`{name}`", StringComparison.Ordinal));
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(SourceTree.Root.FullName, path));

    private static string Squeeze(string text) => Space().Replace(text, "");

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("`((?:src|tests|deploy|silo-config)/[A-Za-z0-9._/-]*)`")]
    private static partial Regex PathName();

    [GeneratedRegex(@"public (?:bool|int|long|string\??|TimeSpan|GrainStateFormat|AzureCredentialKind|Uri\?|DateTimeOffset\?|IList<string>|Dictionary<EventType, TimeSpan>) (\w+) \{ get;")]
    private static partial Regex OptionProperty();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
