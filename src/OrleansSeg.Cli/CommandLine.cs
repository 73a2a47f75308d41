using System.CommandLine;
using System.CommandLine.Parsing;
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

        // Without response files: an id or a schedule may begin with @.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var errors = parsed.Errors.Select(Explain).Concat(MisspeltOptions(parsed)).ToList();
        if (errors.Count > 0)
        {
            foreach (var error in errors)
            {
                await standardError.WriteLineAsync(error);
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

    private static string Explain(ParseError error) => error.SymbolResult is ArgumentResult { Tokens.Count: 0 } missing
        ? $"{error.Message} Missing: <{missing.Argument.Name}>, {missing.Argument.Description}"
        : error.Message;

    /// <summary>Words that look like options but are none: a list of ids would swallow them otherwise.</summary>
    private static IEnumerable<string> MisspeltOptions(ParseResult parsed) => parsed.Tokens
        .TakeWhile(token => token.Type != TokenType.DoubleDash)
        .Where(token => token.Type == TokenType.Argument && token.Value.StartsWith("--", StringComparison.Ordinal))
        .Select(token => $"'{token.Value}' is no option here. Put '--' before an id that begins like one.");

    private static IEnumerable<Command> Verbs(VerbRunner runner) =>
    [
        DemoVerb.Create(runner),
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
        RoundsVerb.Create(runner),
        ExperimentsVerb.Create(runner),
        TextVerb.Create(runner),
        BenchVerb.Create(runner),
        InitStoreVerb.Create(runner),
        TagVerb.Create(runner),
    ];
}
