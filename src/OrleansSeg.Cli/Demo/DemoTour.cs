using System.Collections.Immutable;
using OrleansSeg.Cli.Customers;
using OrleansSeg.Cli.Import;
using OrleansSeg.Cli.Sessions;
using OrleansSeg.Cli.Verbs;
using OrleansSeg.Customers;
using OrleansSeg.Data.Import;
using OrleansSeg.Data.Simulation;
using OrleansSeg.Events;
using OrleansSeg.Segments;

namespace OrleansSeg.Cli.Demo;

/// <summary>The way through the demo, step after step. Running it again finds what is there and adds only the new visit.</summary>
internal sealed class DemoTour
{
    private static readonly TimeProvider Time = TimeProvider.System;
    private readonly VerbContext _context;
    private readonly ClusterSession _session;
    private readonly DemoScreen _screen;

    private DemoTour(VerbContext context, ClusterSession session) =>
        (_context, _session, _screen) = (context, session, new DemoScreen(context.Output.Screen));

    /// <summary>Goes through it.</summary>
    /// <param name="context">The verb.</param>
    /// <param name="wanted">The shop asked for.</param>
    /// <param name="serves">Whether a server will be left running.</param>
    /// <param name="cancellationToken">Stops between steps, and within long ones.</param>
    /// <returns>Whether another process already serves the data directory.</returns>
    public static async Task<bool> RunAsync(VerbContext context, WantedShop wanted, bool serves, CancellationToken cancellationToken)
    {
        await using var session = await context.OpenAsync(cancellationToken);
        await new DemoTour(context, session).WalkAsync(wanted, serves, cancellationToken);
        return session.Silo is null;
    }

    private async Task WalkAsync(WantedShop wanted, bool serves, CancellationToken cancellationToken)
    {
        var watch = new StepWatch(Time);
        var directory = SiloConfiguration.DataDirectoryOf(SiloConfiguration.Read(_context.Settings));

        var found = await FindShopAsync(directory, wanted, cancellationToken);
        _screen.Step(1, "A shop");
        var shop = found ?? await watch.RunAsync("simulate", () => MakeShopAsync(directory, wanted, cancellationToken));
        _screen.Shop(shop);

        _screen.Step(2, "Import: its file becomes customers");
        var load = await watch.RunAsync("import", () => ImportAsync(shop, cancellationToken));
        _screen.Import(load);

        _screen.Step(3, "Train: a model of what customers do next");
        var model = await watch.RunAsync("train", () => DemoModel.GetAsync(_context, _session, cancellationToken));
        var scored = await watch.RunAsync("score", () => SweepProgress.RunAsync(_context.Output, _session, cancellationToken));
        _screen.Model(model, scored);

        _screen.Step(4, "Look up: which segment is a customer in right now?");
        var customers = await CustomerPicker.OneOfEachAsync(_session.Client, model.Reference.Labels, cancellationToken);
        var (lookUps, took) = await LookUpAsync(customers, cancellationToken);
        _screen.LookUps(lookUps, took);

        _screen.Step(5, "Behave: a customer comes back, and the segment follows");
        var story = await PlayAsync(cancellationToken);
        _screen.Story(story);

        _screen.Step(6, "Why? What speaks for the new segment");
        var explanation = story is null ? null : await _session.Client.Customer(story.After.Customer).ExplainAsync(cancellationToken);
        _screen.Why(explanation);

        _screen.Step(7, "Segments: who is where");
        var sizes = await _session.Client.GetSegmentSizesAsync(cancellationToken);
        _screen.Sizes(model.Reference.Labels, sizes);

        _screen.Step(8, "Report: is the model any good?");
        var report = await watch.RunAsync("evaluate", () => DemoReport.GetAsync(_context, _session, shop, cancellationToken));
        report.Write(_context.Output.Screen);

        var commands = NextCommands.For(_context.Settings, story?.After.Customer ?? (customers.Count > 0 ? customers[0] : ShopSimulator.CustomerId(0)), serves || _session.Silo is null);
        _screen.Next(commands, watch.Total);
        if (_context.Settings.Json)
        {
            _context.Output.Answer(DemoDocument.Of(directory, shop, load, model, scored, lookUps, story, explanation, sizes, report, commands, watch), _ => { });
        }
    }

    /// <summary>The shop that is there, or null when one may be made.</summary>
    private async Task<DemoShop?> FindShopAsync(string directory, WantedShop wanted, CancellationToken cancellationToken)
    {
        var site = _context.Settings.Site;
        if (DemoShop.Find(directory, site) is { } found)
        {
            wanted.CheckIsMetBy(found.Description);
            return found;
        }

        return !await _session.Client.ReadCustomersAsync(cancellationToken).AnyAsync(cancellationToken) ? null : throw new UsageException(
            $"{directory} holds customers of site '{site}' that are not the demo's: name another --data-dir, or another --site.");
    }

    private Task<DemoShop> MakeShopAsync(string directory, WantedShop wanted, CancellationToken cancellationToken)
    {
        // The shop ends with yesterday, so that what happens in the demo happens after it.
        var end = new DateTimeOffset(Time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        var options = ShopDescription.OptionsOf(wanted.Customers, wanted.Days, _context.Settings.Seed, _context.Settings.Site, end);
        return DemoShop.MakeAsync(_context.Output, directory, options, cancellationToken);
    }

    private async Task<FileLoad> ImportAsync(DemoShop shop, CancellationToken cancellationToken)
    {
        var load = await FileLoad.RunAsync(_context.Output, _session, shop.Path, new ImportOptions { Layout = "events" }, cancellationToken);
        if (load.Totals.Added > 0)
        {
            await WithholdConsentAsync(shop.Description, cancellationToken);
        }

        return load;
    }

    /// <summary>Consent is no part of the file: the shop says it beside.</summary>
    private async Task WithholdConsentAsync(ShopDescription shop, CancellationToken cancellationToken)
    {
        var simulator = shop.ToSimulator();
        foreach (var number in Enumerable.Range(0, shop.Customers).Where(number => !simulator.Consents(number)))
        {
            var customer = _session.Client.Customer(ShopSimulator.CustomerId(number));
            await customer.SetConsentAsync(ConsentPurpose.Profiling, granted: false, cancellationToken);
            await customer.SetConsentAsync(ConsentPurpose.Training, granted: false, cancellationToken);
        }
    }

    private async Task<(IReadOnlyList<ShownCustomer> Shown, TimeSpan Took)> LookUpAsync(IReadOnlyList<string> customers, CancellationToken cancellationToken)
    {
        var shown = await CustomerPicker.ShowAsync(_session.Client, customers, cancellationToken);
        var began = Time.GetTimestamp();
        await _session.Client.LookUpManyAsync(customers, cancellationToken);
        return (shown, Time.GetElapsedTime(began));
    }

    private async Task<ReturnStory?> PlayAsync(CancellationToken cancellationToken) =>
        await CustomerPicker.BestBuyerAsync(_session.Client, "lapsing", cancellationToken) is { } lapsing
            ? await ReturnStory.PlayAsync(_session.Client, lapsing, Time, cancellationToken)
            : null;
}
