using OrleansSeg.Cli.Import;
using OrleansSeg.Cli.Sessions;
using OrleansSeg.Data.Simulation;

namespace OrleansSeg.Cli.Bench;

/// <summary>Customers to measure on: those of the data directory that the command line names, else a simulated shop's in a folder of their own.</summary>
internal sealed class BenchShop : IAsyncDisposable
{
    private readonly BenchFolder? _folder;

    private BenchShop(ClusterSession session, BenchFolder? folder) => (Session, _folder) = (session, folder);

    /// <summary>A silo in this process.</summary>
    public ClusterSession Session { get; }

    /// <summary>Opens the data directory, or simulates a shop.</summary>
    public static async Task<BenchShop> OpenAsync(BenchContext context, CancellationToken cancellationToken)
    {
        if (context.Verb.Settings.DataDirectory is { } directory)
        {
            return new BenchShop(await context.OpenAsync(directory, cancellationToken), null);
        }

        var folder = BenchFolder.Create(context.Verb.Settings);
        BenchShop? shop = null;
        try
        {
            shop = new BenchShop(await context.OpenAsync(folder.FullPath, cancellationToken), folder);
            await shop.FillAsync(context, cancellationToken);
            return shop;
        }
        catch
        {
            await (shop?.Session.DisposeAsync() ?? ValueTask.CompletedTask);
            folder.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        _folder?.Dispose();
    }

    private async Task FillAsync(BenchContext context, CancellationToken cancellationToken)
    {
        var options = new ShopOptions
        {
            Customers = context.Settings.Customers,
            End = TimeProvider.System.GetUtcNow(),
            Seed = context.Seed,
            Site = Session.Client.Site,
        };
        context.Output.Say($"Preparing a simulated shop of {options.Customers} customers.");
        var loaded = await new CustomerLoader(Session.Client).LoadAsync(
            new ShopSimulator(options).ByCustomer().ToAsyncEnumerable(), _ => { }, cancellationToken);
        context.Output.Say($"Prepared: {loaded.Added} events.");
    }
}
