using System.CommandLine;
using OrleansSeg.Cli.Import;
using OrleansSeg.Cli.Models;
using OrleansSeg.Cli.Sessions;
using OrleansSeg.Models;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>models</c>: the site's models, which of them answers and which did; <c>rollback</c> takes it back; <c>card</c> and <c>compare</c> tell of versions; <c>compress</c> makes text models small.</summary>
internal static class ModelsVerb
{
    public static Command Create(VerbRunner runner)
    {
        var promote = new Option<int?>("--promote") { Description = "Version to put in service." };
        var force = Force();
        var command = new Command("models", "Lists the site's models, or puts one in service.") { promote, force, List(runner), RollBack(runner), Remove(runner), CompressCommand.Create(runner), VersionCommands.Card(runner), VersionCommands.Compare(runner) };
        return Bind(runner, command, async (context, registry, cancellationToken) =>
        {
            if (context.Parsed.GetValue(promote) is not { } version)
            {
                return false;
            }

            await registry.PromoteAsync(version, context.Parsed.GetValue(force), cancellationToken);
            return true;
        });
    }

    private static Command List(VerbRunner runner) =>
        Bind(runner, new Command("list", "Lists the site's models and what was in service when."), (_, _, _) => Task.FromResult(false));

    private static Command RollBack(VerbRunner runner)
    {
        var version = new Option<int?>("--version") { Description = "Version to take the site back to. Default: the one in service before." };
        var force = Force();
        return Bind(
            runner,
            new Command("rollback", "Takes the site back to an earlier version, without a failed call.") { version, force },
            async (context, registry, cancellationToken) =>
            {
                var chosen = await registry.RollBackAsync(context.Parsed.GetValue(version), context.Parsed.GetValue(force), cancellationToken);
                context.Output.Say($"Version {chosen.Version} is in service.");
                return true;
            });
    }

    private static Command Remove(VerbRunner runner)
    {
        var version = new Option<int>("--version") { Description = "Version to remove; not the one in service.", Required = true };
        return Bind(runner, new Command("remove", "Removes a version, and its bundle unless another site has it too.") { version }, async (context, registry, cancellationToken) =>
        {
            await registry.RemoveAsync(context.Parsed.GetValue(version), cancellationToken);
            return false;
        });
    }

    private static Option<bool> Force() =>
        new("--force") { Description = "Take a version all the same that may have learned from customers erased since; the history says so." };

    /// <summary>Binds a command that may change which model is in service, and prints the models afterwards.</summary>
    private static Command Bind(VerbRunner runner, Command command, Func<VerbContext, IModelRegistryGrain, CancellationToken, Task<bool>> change) =>
        runner.Bind(command, async (context, cancellationToken) =>
        {
            await using var session = await ClusterSession.OpenAsync(context.Settings, "models", cancellationToken);
            var registry = session.Grains.GetGrain<IModelRegistryGrain>(context.Settings.Site);
            try
            {
                if (await change(context, registry, cancellationToken))
                {
                    await SweepProgress.RunAsync(context.Output, session, cancellationToken);
                }
            }
            catch (InvalidOperationException exception)
            {
                throw new VerbFailedException(exception.Message);
            }

            var models = ModelDocument.Of(
                await registry.ListAsync(cancellationToken), await registry.GetServiceLogAsync(cancellationToken), await registry.GetTaintsAsync(cancellationToken));
            context.Output.Answer(models, screen => ModelTables.Write(screen, models));
            return ExitCodes.Done;
        });
}
