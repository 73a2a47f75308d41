using System.Collections.Immutable;
using System.Globalization;
using OrleansSeg.Cli.Import;
using OrleansSeg.Segments;
using Spectre.Console;
using static System.FormattableString;

namespace OrleansSeg.Cli.Demo;

/// <summary>The demo as people read it: short sentences and few tables, within 80 columns.</summary>
internal sealed class DemoScreen(IAnsiConsole screen)
{
    private const int FactorCount = 5;
    private const int ReasonCount = 2;
    private const int BarWidth = 24;

    /// <summary>A step begins.</summary>
    public void Step(int number, string title)
    {
        screen.WriteLine();
        screen.MarkupLine($"[bold cyan]{number}[/]  [bold]{Markup.Escape(title)}[/]");
    }

    /// <summary>The shop is there.</summary>
    public void Shop(DemoShop shop)
    {
        var (d, origin) = (shop.Description, shop.MadeNow ? "Simulated" : "The shop is already there:");
        screen.WriteLine(Invariant($"{origin} {d.Customers:N0} customers over {d.Days:N0} days, up to {d.End:yyyy-MM-dd}: {d.Events:N0} visits, searches, carts, orders, returns, reviews, campaigns and messages."));
        screen.WriteLine($"Its file: {Short(shop.Path)}");
    }

    /// <summary>The file has been imported.</summary>
    public void Import(FileLoad load)
    {
        var (quality, totals) = (load.Quality, load.Totals);
        var rejected = quality.Rejected.Values.Sum();
        screen.WriteLine(Invariant($"{quality.RowsRead:N0} rows read, {quality.RowsKept:N0} kept, {rejected:N0} rejected; {quality.Customers:N0} customers."));
        screen.WriteLine(totals.Added > 0
            ? Invariant($"{totals.Added:N0} events are durable now{(totals.AlreadyKnown > 0 ? Invariant($", {totals.AlreadyKnown:N0} were before") : "")}. Importing the file again would add nothing.")
            : Invariant($"All {totals.AlreadyKnown:N0} events were known: nothing was added."));
    }

    /// <summary>A model is in service and everybody has been scored.</summary>
    public void Model(DemoModel model, long scored)
    {
        screen.WriteLine(model.Status is not null
            ? Invariant($"Model {model.Reference.Version} is trained and in service.")
            : Invariant($"Model {model.Reference.Version} of {model.Reference.CreatedAt:yyyy-MM-dd} is in service; 'orleansseg train' makes a newer one."));
        screen.WriteLine(scored > 0 ? "Every customer is scored with it." : "Every customer's score is up to date.");
    }

    /// <summary>One customer of each segment.</summary>
    public void LookUps(IReadOnlyList<ShownCustomer> customers, TimeSpan took)
    {
        var table = Table("customer", "segment").AddColumns(Right("sure"), Right("churn"), Right("expected"), Right("orders"), Right("spent"), Right("last seen"));
        table.Columns[1].NoWrap();
        foreach (var (a, profile) in customers)
        {
            table.AddRow(
                Markup.Escape(a.Customer), $"[bold]{Markup.Escape(a.Segment)}[/]", Percent(Probability(a, a.Segment)), Percent(a.ChurnProbability),
                Money(a.ExpectedValue), Invariant($"{profile.PurchaseDays:N0}"), Money((float)profile.Spend), Invariant($"{profile.LastEvent:yyyy-MM-dd}"));
        }

        screen.Write(table);
        screen.WriteLine(Invariant($"Looking up all {customers.Count} again took {took.TotalMilliseconds:F1} ms. A look-up never waits for the model."));
        screen.WriteLine("churn: buys nothing for 90 days; expected: spends in 90 days; orders: days with one.");
    }

    /// <summary>The new visit.</summary>
    public void Story(ReturnStory? story)
    {
        if (story is null)
        {
            screen.WriteLine("Nobody is lapsing just now, so nobody can come back.");
            return;
        }

        var (before, after) = (story.Before, story.After);
        var titles = story.Events.Select(e => e.Text ?? e.Item!).Distinct();
        var reasons = story.Reasons.Factors.Where(factor => factor.Contribution > 0).Take(ReasonCount).Select(factor => $"{factor.Name} ({factor.Value})");
        screen.WriteLine(Invariant($"{before.Customer} ordered on {story.Customer.Profile.PurchaseDays} days, last on {story.LastOrder:yyyy-MM-dd}, and is {before.Segment}: {string.Join("; ", reasons)}."));
        screen.WriteLine(Invariant($"Now the customer looks at {string.Join(" and ", titles)}, fills the cart and pays: {story.Events.Length} events."));
        var table = Table("segment").AddColumns(Right("before"), Right("after"), new TableColumn(""));
        foreach (var segment in before.Probabilities.Concat(after.Probabilities).Select(p => p.Segment).Distinct())
        {
            var (was, now) = (Probability(before, segment), Probability(after, segment));
            table.AddRow(
                Markup.Escape(segment), Chosen(Percent(was), before.Segment == segment), Chosen(Percent(now), after.Segment == segment), Bar(now ?? 0));
        }

        screen.Write(table);
        screen.MarkupLine(before.Segment != after.Segment
            ? $"[bold]{Markup.Escape(before.Segment)}[/] became [bold green]{Markup.Escape(after.Segment)}[/]."
            : $"[bold]{Markup.Escape(after.Segment)}[/] stays the segment: one order does not outweigh the silence before it.");
        screen.WriteLine(Invariant($"From the click: durable after {story.Durable.TotalMilliseconds:F0} ms, new segment after {story.Visible.TotalMilliseconds:F0} ms."));
    }

    /// <summary>The top factors.</summary>
    public void Why(SegmentExplanation? explanation)
    {
        if (explanation is null)
        {
            screen.WriteLine("Nobody to explain.");
            return;
        }

        screen.WriteLine(Invariant($"{explanation.Customer} is {explanation.Segment} ({Percent(explanation.Probability)}), and this weighs most:"));
        var table = Table("factor", "value").AddColumn(Right("adds"));
        foreach (var factor in explanation.Factors.Take(FactorCount))
        {
            table.AddRow(Markup.Escape(factor.Name), Markup.Escape(factor.Value), factor.Contribution.ToString("+0.00;-0.00", CultureInfo.InvariantCulture));
        }

        screen.Write(table);
        screen.WriteLine($"In logits, computed by the model in service ({explanation.Method}).");
    }

    /// <summary>How many customers each segment has.</summary>
    public void Sizes(ImmutableArray<string> labels, IReadOnlyDictionary<string, long> sizes)
    {
        var all = Math.Max(1, sizes.Values.Sum());
        var table = Table("segment").AddColumns(Right("customers"), Right("share"), new TableColumn(""));
        foreach (var segment in labels.Where(sizes.ContainsKey).Concat(sizes.Keys.Except(labels).Order(StringComparer.Ordinal)))
        {
            var share = sizes[segment] / (float)all;
            table.AddRow(Markup.Escape(segment), Invariant($"{sizes[segment]:N0}"), Percent(share), Bar(share));
        }

        screen.Write(table);
    }

    /// <summary>What to type next.</summary>
    public void Next(IReadOnlyList<NextCommand> commands, TimeSpan total)
    {
        screen.WriteLine();
        screen.MarkupLine($"[bold]That took {total.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture)} s. To try next:[/]");
        foreach (var (command, purpose) in commands)
        {
            screen.MarkupLine($"  [dim]# {Markup.Escape(purpose)}[/]");
            screen.MarkupLine($"  [green]{Markup.Escape(command)}[/]");
        }
    }

    private static Table Table(params string[] columns) => new Table().Border(TableBorder.Rounded).BorderStyle(new Style(decoration: Decoration.Dim)).AddColumns(columns);

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned().NoWrap();

    private static string Chosen(string text, bool chosen) => chosen ? $"[bold]{text}[/]" : text;

    private static string Bar(float share) => new('█', (int)Math.Round(Math.Clamp(share, 0, 1) * BarWidth));

    private static float? Probability(SegmentAssignment assignment, string segment) =>
        assignment.Probabilities.IsDefaultOrEmpty ? null : assignment.Probabilities.FirstOrDefault(p => p.Segment == segment).Probability;

    private static string Percent(float? share) => share is { } known ? Invariant($"{known:P0}").Replace(" %", "%", StringComparison.Ordinal) : "–";

    private static string Money(float? amount) => amount is { } known ? Invariant($"{known:N0}") : "–";

    private static string Short(string path) => Path.GetRelativePath(Environment.CurrentDirectory, path) is { } relative && !relative.StartsWith("..", StringComparison.Ordinal) ? relative : path;
}
