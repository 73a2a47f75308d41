using System.CommandLine;

namespace OrleansSeg.Cli;

/// <summary>The options every verb takes.</summary>
internal sealed class CommonOptions
{
    private readonly Option<DirectoryInfo?> _dataDirectory = new("--data-dir")
    {
        Description = "Folder of the store and the models. Default: what --config says, else ./orleansseg-data.", Recursive = true,
    };

    private readonly Option<string> _site = new("--site")
    {
        Description = "The site whose customers are meant.", DefaultValueFactory = _ => "default", Recursive = true,
    };

    private readonly Option<int> _seed = new("--seed") { Description = "Seed of everything random.", DefaultValueFactory = _ => 1, Recursive = true };

    private readonly Option<bool> _json = new("--json")
    {
        Description = "Exactly one JSON document on standard output; words go to standard error.", Recursive = true,
    };

    private readonly Option<FileInfo[]> _config = new("--config")
    {
        Description = "A silo-config file. Given again, what the later file says counts: a role over a store.", Recursive = true,
    };

    private readonly Option<bool> _connect = new("--connect")
    {
        Description = "Use a running cluster: at the configured gateway, or found in a shared store.", Recursive = true,
    };

    private readonly Option<DateTimeOffset?> _asOf = InstantOption.Optional(
        "--as-of", "Take this instant for now, for a past data set: training reads nothing later, and scores describe it.", recursive: true);

    /// <summary>Adds the options to the root, from where every verb has them.</summary>
    public void AddTo(Command root)
    {
        foreach (var option in new Option[] { _dataDirectory, _site, _seed, _json, _config, _connect, _asOf })
        {
            root.Options.Add(option);
        }
    }

    /// <summary>What was said on the command line.</summary>
    public CommonSettings Read(ParseResult parsed) => new(
        parsed.GetValue(_dataDirectory)?.FullName,
        parsed.GetValue(_site)!,
        parsed.GetValue(_seed),
        parsed.GetValue(_json),
        parsed.GetValue(_config) ?? [],
        parsed.GetValue(_connect),
        parsed.GetValue(_asOf));
}

/// <summary>The values of the common options.</summary>
/// <param name="DataDirectory">Folder, or null for what the configuration says.</param>
/// <param name="Site">The site.</param>
/// <param name="Seed">Seed of everything random.</param>
/// <param name="Json">Whether standard output is one JSON document.</param>
/// <param name="ConfigFiles">Silo-config files; what a later one says counts.</param>
/// <param name="Connect">Whether to use a running cluster.</param>
/// <param name="AsOf">The instant to take for now, or null for the clock.</param>
internal sealed record CommonSettings(
    string? DataDirectory, string Site, int Seed, bool Json, IReadOnlyList<FileInfo> ConfigFiles, bool Connect, DateTimeOffset? AsOf);
