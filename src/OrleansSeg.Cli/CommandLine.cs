using System.CommandLine;
using OrleansSeg.Cli.Verbs;

namespace OrleansSeg.Cli;

/// <summary>The command people type: every verb, and what a wrong line gets.</summary>
public static class CommandLine
{
    /// <summary>Parses and runs one command line; returns its exit code.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="standardOutput">Answers.</param>
    /// <param name="standardError">Words and progress.</param>
    /// <param name="cancellationToken">Stops the verb, as Ctrl-C does.</param>
    public static async Task<int> RunAsync(
        string[] args, TextWriter standardOutput, TextWriter standardError, CancellationToken cancellationToken)
    {
        var common = new CommonOptions();
        var root = new RootCommand("OrleansSeg: which segment is this customer in right now, and why?");
        common.AddTo(root);
        var runner = new VerbRunner(common, standardOutput, standardError);
        foreach (var verb in Verbs(runner))
        {
            root.Subcommands.Add(verb);
        }

        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await standardError.WriteLineAsync(error.Message);
            }

            await standardError.WriteLineAsync("Try 'orleansseg --help', or '--help' after a verb.");
            return ExitCodes.Usage;
        }

        var configuration = new InvocationConfiguration
        {
            Output = standardOutput, Error = standardError, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(60),
        };
        return await parsed.InvokeAsync(configuration, cancellationToken);
    }

    private static IEnumerable<Command> Verbs(VerbRunner runner) =>
    [
        ServeVerb.Create(runner),
        ImportVerb.Create(runner),
        TrainVerb.Create(runner),
        EvaluateVerb.Create(runner),
        LookUpVerb.Create(runner),
        HistoryVerb.Create(runner),
        ExplainVerb.Create(runner),
        ExportVerb.Create(runner),
        EraseVerb.Create(runner),
        VerifyVerb.Create(runner),
        ModelsVerb.Create(runner),
        BenchVerb.Create(runner),
        InitStoreVerb.Create(runner),
        .. LaterVerbs.Create(runner),
    ];
}
