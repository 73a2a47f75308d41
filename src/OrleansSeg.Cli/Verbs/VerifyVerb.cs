using System.CommandLine;
using OrleansSeg.Cli.Output;
using OrleansSeg.Customers;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>verify</c>: reads the store and compares registrations, index and customers.</summary>
internal static class VerifyVerb
{
    public static Command Create(VerbRunner runner) => runner.Bind(
        new Command("verify", "Compares what the store holds of customers, registrations and the segment index."),
        async (context, cancellationToken) =>
        {
            await using var session = await context.OpenAsync(cancellationToken);
            var report = await ProgressDisplay.RunAsync(context.Output, "Reading the store", _ =>
                session.Grains.GetGrain<IVerificationGrain>(context.Settings.Site).VerifyAsync(cancellationToken));
            var document = new { customers = report.Customers, events = report.Events, mismatches = report.MismatchCount, examples = report.Mismatches };
            context.Output.Answer(document, screen =>
            {
                screen.WriteLine($"{report.Customers} customers with {report.Events} events; {report.MismatchCount} mismatches.");
                foreach (var mismatch in report.Mismatches)
                {
                    screen.WriteLine($"  {mismatch.Customer}: {mismatch.Kind}: {mismatch.Detail}");
                }
            });
            return report.MismatchCount == 0 ? ExitCodes.Done : ExitCodes.Failed;
        });
}
