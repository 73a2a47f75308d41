using System.CommandLine;

namespace OrleansSeg.Cli.Verbs;

/// <summary>Verbs of the contract whose parts are not built yet: they say so and fail as wrong usage.</summary>
internal static class LaterVerbs
{
    public static IEnumerable<Command> Create(VerbRunner runner) =>
    [
        Later(runner, "tag", "Token classification", "Tags behaviour in text."),
    ];

    private static Command Later(VerbRunner runner, string name, string part, string description) => runner.Bind(
        new Command(name, description + " Not in this version."),
        (_, _) => throw new UsageException($"{part} is not in this version; 'orleansseg --help' lists what is."));
}
