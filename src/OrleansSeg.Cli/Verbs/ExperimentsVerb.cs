using System.CommandLine;
using OrleansSeg.Cli.Experiments;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>experiments</c>: the runs that the data directory remembers; <c>show</c> prints one. It needs no silo.</summary>
internal static class ExperimentsVerb
{
    public static Command Create(VerbRunner runner)
    {
        var command = new Command("experiments", "Lists the latest trainings and evaluations: what was asked, on which data, and what came of it.") { Show(runner) };
        return runner.Bind(command, (context, _) =>
        {
            var records = new ExperimentFolders(context.DataDirectory).List();
            context.Output.Answer(records, screen => ExperimentTables.Write(screen, records));
            return Task.FromResult(ExitCodes.Done);
        });
    }

    private static Command Show(VerbRunner runner)
    {
        var id = new Argument<string>("id") { Description = "The experiment, as the list names it." };
        return runner.Bind(new Command("show", "Prints one experiment with its curves; with --json its report too.") { id }, (context, _) =>
        {
            var folders = new ExperimentFolders(context.DataDirectory);
            var record = folders.Find(context.Parsed.GetValue(id)!);
            var curves = folders.CurvesOf(record.Id);
            context.Output.Answer(
                new { experiment = record, folder = Path.Combine(folders.Folder, record.Id), curves, report = folders.ReportOf(record.Id) },
                screen => ExperimentTables.Write(screen, record, curves));
            return Task.FromResult(ExitCodes.Done);
        });
    }
}
