using System.CommandLine;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>init-store</c>: makes the store ready before a first start.</summary>
internal static class InitStoreVerb
{
    public static Command Create(VerbRunner runner) => runner.Bind(
        new Command("init-store", "Makes the store and its schema; a store that is there already stays as it is."),
        async (context, cancellationToken) =>
        {
            await using var session = await context.OpenAsync(cancellationToken);
            var layout = await session.Client.GetLayoutAsync(cancellationToken);
            context.Output.Answer(
                new { site = context.Settings.Site, partitions = layout.PartitionCount, currency = layout.Currency },
                screen => screen.WriteLine($"Ready: site {context.Settings.Site}, {layout.PartitionCount} partitions, currency {layout.Currency}."));
            return ExitCodes.Done;
        });
}
