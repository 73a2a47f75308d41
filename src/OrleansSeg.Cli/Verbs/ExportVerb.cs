using System.CommandLine;
using System.Text;
using OrleansSeg.Cli.Customers;
using OrleansSeg.Cli.Output;
using OrleansSeg.Cli.Sessions;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>export [ID…]</c>: everything stored of customers, portable: JSON, one line for each customer when written to a file.</summary>
internal static class ExportVerb
{
    public static Command Create(VerbRunner runner)
    {
        var ids = new Argument<string[]>("id") { Description = "Customer ids; none for the whole site, which needs --out.", Arity = ArgumentArity.ZeroOrMore };
        var file = new Option<FileInfo?>("--out") { Description = "A file of JSON Lines to write instead of standard output." };
        var command = new Command("export", "Prints everything stored of customers.") { ids, file };
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            var customers = context.Parsed.GetValue(ids)!;
            var target = context.Parsed.GetValue(file);
            if (customers.Length == 0 && target is null)
            {
                throw new UsageException("export needs customer ids, or --out FILE for the whole site.");
            }

            await using var session = await context.OpenAsync(cancellationToken);
            if (target is not null)
            {
                var count = await ProgressDisplay.RunAsync(context.Output, "Exporting", report =>
                    WriteFileAsync(session, context.Settings.Site, customers, target, report, cancellationToken));
                context.Output.Answer(new { file = target.FullName, customers = count }, screen => screen.WriteLine($"{count} customers are in {target.FullName}."));
                return ExitCodes.Done;
            }

            var exports = new List<CustomerExport>();
            foreach (var id in customers)
            {
                exports.Add(await ReadAsync(session, context.Settings.Site, id, cancellationToken));
            }

            context.Output.Answer(exports, screen => screen.Profile.Out.Writer.WriteLine(VerbOutput.ToJson(exports)));
            return ExitCodes.Done;
        });
    }

    private static async Task<long> WriteFileAsync(
        ClusterSession session, string site, string[] ids, FileInfo target, Action<double, string> report, CancellationToken cancellationToken)
    {
        // Written aside and moved, so that an interrupted export leaves no half file.
        var aside = target.FullName + ".new";
        var count = 0L;
        await using (var writer = new StreamWriter(aside, append: false, new UTF8Encoding(false)))
        {
            var customers = ids.Length > 0 ? ids.ToAsyncEnumerable() : session.Client.ReadCustomersAsync(cancellationToken);
            await foreach (var id in customers.WithCancellation(cancellationToken))
            {
                var export = await ReadAsync(session, site, id, cancellationToken);
                await writer.WriteLineAsync(VerbOutput.ToLine(export).AsMemory(), cancellationToken);
                report(0, $"{++count} customers");
            }
        }

        File.Move(aside, target.FullName, overwrite: true);
        return count;
    }

    private static async Task<CustomerExport> ReadAsync(ClusterSession session, string site, string id, CancellationToken cancellationToken)
    {
        var customer = session.Client.Customer(id);
        var profile = await customer.GetProfileAsync(cancellationToken);
        var events = new List<EventDocument>();
        await foreach (var e in customer.ReadHistoryAsync(null, null, cancellationToken))
        {
            events.Add(EventDocument.Of(e));
        }

        var assignment = AssignmentDocument.Of(await customer.LookUpAsync());
        return new CustomerExport(site, id, TimeProvider.System.GetUtcNow(), profile.Attributes, profile.Consents, assignment, events);
    }
}
