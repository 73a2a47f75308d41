using System.CommandLine;
using Microsoft.Extensions.Options;
using OrleansSeg.Cli.Output;
using OrleansSeg.Cli.Sessions;
using OrleansSeg.Data.Import;
using OrleansSeg.Events;
using OrleansSeg.Model.Training;
using OrleansSeg.Persistence.Sqlite;

namespace OrleansSeg.Cli.Verbs;

/// <summary>What a verb has to work with.</summary>
/// <param name="Parsed">The command line.</param>
/// <param name="Settings">The common options.</param>
/// <param name="Output">Where words and answers go.</param>
/// <param name="Name">The verb.</param>
internal sealed record VerbContext(ParseResult Parsed, CommonSettings Settings, VerbOutput Output, string Name)
{
    /// <summary>The data directory, absolute.</summary>
    public string DataDirectory => SiloConfiguration.DataDirectoryOf(SiloConfiguration.Read(Settings));

    /// <summary>Opens the way to the grains.</summary>
    public Task<ClusterSession> OpenAsync(CancellationToken cancellationToken) => ClusterSession.OpenAsync(Settings, Name, cancellationToken);
}

/// <summary>Runs verbs and turns what goes wrong into words and an exit code.</summary>
internal sealed class VerbRunner(CommonOptions common, TextWriter standardOutput, TextWriter standardError)
{
    /// <summary>Gives a command its action.</summary>
    public Command Bind(Command command, Func<VerbContext, CancellationToken, Task<int>> run)
    {
        command.SetAction((parsed, cancellationToken) => RunAsync(command.Name, parsed, run, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(
        string name, ParseResult parsed, Func<VerbContext, CancellationToken, Task<int>> run, CancellationToken cancellationToken)
    {
        var settings = common.Read(parsed);
        var output = new VerbOutput(settings.Json, standardOutput, standardError);
        try
        {
            if (!CustomerKey.IsSite(settings.Site))
            {
                throw new UsageException($"--site: '{settings.Site}' must have 1 to 32 characters of a-z, 0-9 and '-'.");
            }

            return await run(new VerbContext(parsed, settings, output, name), cancellationToken);
        }
        catch (Exception exception)
        {
            return Explain(exception, output, cancellationToken);
        }
    }

    private static int Explain(Exception exception, VerbOutput output, CancellationToken cancellationToken)
    {
        switch (exception)
        {
            case OperationCanceledException when cancellationToken.IsCancellationRequested:
                output.Say("Stopped. Everything acknowledged so far is stored.");
                return ExitCodes.Failed;
            case UsageException or ImportUsageException or InsufficientDataException or ArgumentException or FileNotFoundException or DirectoryNotFoundException:
                output.Say(exception.Message);
                return ExitCodes.Usage;
            case OptionsValidationException invalid:
                return Explain([invalid], output);
            case AggregateException several when several.InnerExceptions.All(inner => inner is OptionsValidationException):
                return Explain(several.InnerExceptions.Cast<OptionsValidationException>(), output);
            case VerbFailedException or DirectoryHeldException or StoreUnavailableException or KeyNotFoundException or IOException:
                output.Say(exception.Message);
                return ExitCodes.Failed;
            default:
                output.Say($"Failed: {exception.Message}");
                output.Say(exception.ToString());
                return ExitCodes.Failed;
        }
    }

    private static int Explain(IEnumerable<OptionsValidationException> invalid, VerbOutput output)
    {
        output.Say("The configuration is not valid:");
        foreach (var failure in invalid.SelectMany(one => one.Failures).Distinct())
        {
            output.Say($"  {failure}");
        }

        return ExitCodes.Usage;
    }
}
