using System.Text.Json;
using OrleansSeg.Cli.Output;
using OrleansSeg.Data.Simulation;
using OrleansSeg.Events;

namespace OrleansSeg.Cli.Demo;

/// <summary>What kind of shop was simulated; stored beside its file.</summary>
/// <param name="Customers">Customers who ever came by.</param>
/// <param name="Days">Days before the end that the shop opened.</param>
/// <param name="Seed">Seed of everything random.</param>
/// <param name="Site">The site.</param>
/// <param name="End">Nothing happens from here on.</param>
/// <param name="Events">Events in the file.</param>
internal sealed record ShopDescription(int Customers, int Days, int Seed, string Site, DateTimeOffset End, long Events)
{
    /// <summary>The simulator that made it.</summary>
    public ShopSimulator ToSimulator() => new(OptionsOf(Customers, Days, Seed, Site, End));

    /// <summary>Options of a demo's shop: one customer in a hundred does not consent.</summary>
    public static ShopOptions OptionsOf(int customers, int days, int seed, string site, DateTimeOffset end) => new()
    {
        Customers = customers, Days = days, Seed = seed, Site = site, End = end, WithheldConsentShare = 0.01,
    };
}

/// <summary>The simulated shop's file in the data directory; made once and then kept.</summary>
/// <param name="Path">The file, in the <c>events</c> layout.</param>
/// <param name="Description">What was simulated.</param>
/// <param name="MadeNow">Whether this run made it.</param>
internal sealed record DemoShop(string Path, ShopDescription Description, bool MadeNow)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The shop that lies in the data directory, or null.</summary>
    public static DemoShop? Find(string dataDirectory, string site)
    {
        var (file, description) = Files(dataDirectory, site);
        return File.Exists(description) && File.Exists(file)
            ? new DemoShop(file, JsonSerializer.Deserialize<ShopDescription>(File.ReadAllText(description), Format)!, MadeNow: false)
            : null;
    }

    /// <summary>Simulates a shop and writes its file; a file that is there is whole.</summary>
    public static async Task<DemoShop> MakeAsync(
        VerbOutput output, string dataDirectory, ShopOptions options, CancellationToken cancellationToken)
    {
        var (file, description) = Files(dataDirectory, options.Site);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        var simulator = new ShopSimulator(options);
        var unfinished = file + ".part";
        var events = await ProgressDisplay.RunAsync(output, "Simulating a shop", report => Task.Run(
            async () =>
            {
                await using var stream = File.Create(unfinished);
                var (written, now) = (0L, options.Start);
                return await EventFileWriter.WriteAsync(stream, simulator.ByTime().Select(Watch), count => written = count, cancellationToken);

                CustomerEvent Watch(CustomerEvent e)
                {
                    if (e.Event.Timestamp - now > TimeSpan.FromDays(1))
                    {
                        now = e.Event.Timestamp;
                        report((now - options.Start) / (options.End - options.Start), $"{written:N0} events");
                    }

                    return e;
                }
            },
            cancellationToken));
        File.Move(unfinished, file, overwrite: true);
        var described = new ShopDescription(options.Customers, options.Days, options.Seed, options.Site, options.End, events);
        await File.WriteAllTextAsync(unfinished, JsonSerializer.Serialize(described, Format), cancellationToken);
        File.Move(unfinished, description, overwrite: true);
        return new DemoShop(file, described, MadeNow: true);
    }

    private static (string File, string Description) Files(string dataDirectory, string site)
    {
        var folder = System.IO.Path.Combine(dataDirectory, "demo", site);
        return (System.IO.Path.Combine(folder, "shop.jsonl"), System.IO.Path.Combine(folder, "shop.json"));
    }
}
