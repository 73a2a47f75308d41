using System.CommandLine;
using System.Globalization;
using OrleansSeg.Cli.Customers;
using OrleansSeg.Customers;
using Spectre.Console;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>history ID</c>: what a customer did, oldest first, a page at a time.</summary>
internal static class HistoryVerb
{
    public static Command Create(VerbRunner runner)
    {
        var id = new Argument<string>("id") { Description = "The customer's id." };
        var from = InstantOption.Optional("--from", "Earliest time, inclusive.");
        var to = InstantOption.Optional("--to", "Latest time, exclusive.");
        var limit = new Option<int>("--limit") { Description = "Most events to print, 1 to 10,000.", DefaultValueFactory = _ => 1_000 };
        var page = new Option<string?>("--page") { Description = "The nextPageToken of the page before." };
        var command = new Command("history", "Prints what a customer did.") { id, from, to, limit, page };
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            await using var session = await context.OpenAsync(cancellationToken);
            var query = new HistoryQuery(
                context.Parsed.GetValue(from), context.Parsed.GetValue(to), context.Parsed.GetValue(page), context.Parsed.GetValue(limit));
            var customer = context.Parsed.GetValue(id)!;
            var history = await session.Client.Customer(customer).GetHistoryAsync(query, cancellationToken);
            var document = new { customer, events = history.Events.Select(EventDocument.Of), nextPageToken = history.NextPageToken };
            context.Output.Answer(document, screen => Write(screen, history));
            return ExitCodes.Done;
        });
    }

    private static void Write(IAnsiConsole screen, HistoryPage history)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("time", "type", "order", "item", "text");
        table.AddColumn(new TableColumn("quantity").RightAligned()).AddColumn(new TableColumn("price").RightAligned());
        foreach (var e in history.Events)
        {
            table.AddRow(
                $"{e.Timestamp:u}", e.Type.ToString(), Markup.Escape(e.OrderId ?? ""), Markup.Escape(e.Item ?? ""), Markup.Escape(e.Text ?? ""),
                e.Quantity?.ToString(CultureInfo.InvariantCulture) ?? "", e.UnitPrice?.ToString(CultureInfo.InvariantCulture) ?? "");
        }

        screen.Write(table);
        if (history.NextPageToken is { } token)
        {
            screen.WriteLine($"More: --page {token}");
        }
    }
}
