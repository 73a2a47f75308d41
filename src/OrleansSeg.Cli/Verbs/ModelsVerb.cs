using System.CommandLine;
using System.Globalization;
using OrleansSeg.Cli.Import;
using OrleansSeg.Models;
using Spectre.Console;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>models</c>: the site's models; <c>--promote N</c> puts one in service, newer or older.</summary>
internal static class ModelsVerb
{
    public static Command Create(VerbRunner runner)
    {
        var promote = new Option<int?>("--promote") { Description = "Version to put in service." };
        var command = new Command("models", "Lists the site's models, or puts one in service.") { promote };
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            await using var session = await context.OpenAsync(cancellationToken);
            var registry = session.Grains.GetGrain<IModelRegistryGrain>(context.Settings.Site);
            if (context.Parsed.GetValue(promote) is { } version)
            {
                await registry.PromoteAsync(version, cancellationToken);
                await SweepProgress.RunAsync(context.Output, session, cancellationToken);
            }

            var models = await registry.ListAsync(cancellationToken);
            context.Output.Answer(models, screen => Write(screen, models));
            return ExitCodes.Done;
        });
    }

    private static void Write(IAnsiConsole screen, IReadOnlyCollection<ModelReference> models)
    {
        if (models.Count == 0)
        {
            screen.WriteLine("No model yet: run 'orleansseg train'.");
            return;
        }

        var table = new Table().Border(TableBorder.Rounded).AddColumns("version", "in service", "trained", "segments", "summary", "sha256");
        foreach (var model in models)
        {
            table.AddRow(
                model.Version.ToString(CultureInfo.InvariantCulture), model.InService ? "yes" : "", $"{model.CreatedAt:u}",
                Markup.Escape(string.Join(" ", model.Labels)), Markup.Escape(model.Summary), model.Sha256[..12]);
        }

        screen.Write(table);
    }
}
