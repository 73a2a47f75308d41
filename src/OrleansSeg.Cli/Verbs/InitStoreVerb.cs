using System.CommandLine;
using OrleansSeg.Cli.Sessions;
using OrleansSeg.Silo.Hosting;
using OrleansSeg.Silo.Storage;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>init-store</c>: makes the store ready before a first start.</summary>
internal static class InitStoreVerb
{
    public static Command Create(VerbRunner runner) => runner.Bind(
        new Command("init-store", "Makes the store and its schema; a store that is there already stays as it is."),
        async (context, cancellationToken) =>
        {
            var configuration = SiloConfiguration.Read(context.Settings);
            if (await SiloHost.InitializeStoreAsync(configuration, cancellationToken) is { } made)
            {
                context.Output.Answer(
                    new { store = made.Store, versionBefore = made.VersionBefore, version = made.Version },
                    screen => screen.WriteLine(Describe(made)));
                return ExitCodes.Done;
            }

            await using var session = await context.OpenAsync(cancellationToken);
            var layout = await session.Client.GetLayoutAsync(cancellationToken);
            context.Output.Answer(
                new { site = context.Settings.Site, partitions = layout.PartitionCount, currency = layout.Currency },
                screen => screen.WriteLine($"Ready: site {context.Settings.Site}, {layout.PartitionCount} partitions, currency {layout.Currency}."));
            return ExitCodes.Done;
        });

    private static string Describe(StoreInitialization made) => made switch
    {
        { Version: 0 } => $"Ready: {made.Store} needs no tables, and its settings are as they must be.",
        { VersionBefore: 0 } => $"Ready: {made.Store}, tables made at version {made.Version}.",
        _ when made.VersionBefore < made.Version => $"Ready: {made.Store}, tables brought from version {made.VersionBefore} to {made.Version}.",
        _ => $"Ready: {made.Store}, tables at version {made.Version} as before.",
    };
}
