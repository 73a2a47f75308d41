using System.Text.Json.Nodes;
using OrleansSeg.Cli.Customers;
using OrleansSeg.Cli.Import;
using OrleansSeg.Segments;

namespace OrleansSeg.Cli.Demo;

/// <summary>The demo as <c>demo --json</c> prints it.</summary>
internal sealed record DemoDocument(
    string DataDirectory,
    DemoShopDocument Shop,
    DemoImportDocument Import,
    DemoModelDocument Model,
    IReadOnlyList<AssignmentDocument> Lookups,
    DemoStoryDocument? Story,
    SegmentExplanation? Explanation,
    IReadOnlyDictionary<string, long> Segments,
    JsonNode Report,
    IReadOnlyList<string> Next,
    IReadOnlyDictionary<string, double> Seconds)
{
    /// <summary>Puts it together.</summary>
    public static DemoDocument Of(
        string directory,
        DemoShop shop,
        FileLoad load,
        DemoModel model,
        long scored,
        IReadOnlyList<ShownCustomer> lookUps,
        ReturnStory? story,
        SegmentExplanation? explanation,
        IReadOnlyDictionary<string, long> sizes,
        DemoReport report,
        IReadOnlyList<NextCommand> commands,
        StepWatch watch) => new(
        directory,
        new DemoShopDocument(shop.Path, shop.MadeNow, shop.Description),
        new DemoImportDocument(load.Quality.RowsRead, load.Quality.RowsKept, load.Quality.Customers, load.Totals.Added, load.Totals.AlreadyKnown),
        new DemoModelDocument(model.Reference.Version, model.Status is not null, scored, model.Card),
        [.. lookUps.Select(one => AssignmentDocument.Of(one.Assignment))],
        story is null ? null : DemoStoryDocument.Of(story),
        explanation,
        sizes,
        report.Evaluation,
        [.. commands.Select(next => next.Command)],
        new Dictionary<string, double>(watch.Seconds) { ["total"] = Math.Round(watch.Total.TotalSeconds, 3) });
}

/// <summary>The simulated shop.</summary>
internal sealed record DemoShopDocument(string File, bool MadeNow, ShopDescription Description);

/// <summary>What the import did.</summary>
internal sealed record DemoImportDocument(long RowsRead, long RowsKept, long Customers, long Added, long AlreadyKnown);

/// <summary>The model in service.</summary>
internal sealed record DemoModelDocument(int Version, bool TrainedNow, long CustomersScored, JsonNode? Card);

/// <summary>The new visit and what it changed.</summary>
internal sealed record DemoStoryDocument(
    string Customer,
    IReadOnlyList<EventDocument> Events,
    AssignmentDocument Before,
    SegmentExplanation Reasons,
    AssignmentDocument After,
    bool Changed,
    double DurableMs,
    double VisibleMs)
{
    /// <summary>From the story.</summary>
    public static DemoStoryDocument Of(ReturnStory story) => new(
        story.After.Customer,
        [.. story.Events.Select(EventDocument.Of)],
        AssignmentDocument.Of(story.Before),
        story.Reasons,
        AssignmentDocument.Of(story.After),
        story.Before.Segment != story.After.Segment,
        Math.Round(story.Durable.TotalMilliseconds, 1),
        Math.Round(story.Visible.TotalMilliseconds, 1));
}
