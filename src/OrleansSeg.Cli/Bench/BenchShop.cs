using OrleansSeg.Cli.Import;
using OrleansSeg.Cli.Sessions;
using OrleansSeg.Cli.Training;
using OrleansSeg.Data.Simulation;
using OrleansSeg.Federation;
using OrleansSeg.Models;

namespace OrleansSeg.Cli.Bench;

/// <summary>Customers to measure on: a copy of those in the data directory that the command line names, else a simulated shop's.</summary>
internal sealed class BenchShop : IAsyncDisposable
{
    private const int HorizonDays = 90;

    private readonly BenchFolder _folder;

    private BenchShop(ClusterSession session, BenchFolder folder) => (Session, _folder) = (session, folder);

    /// <summary>A silo in this process.</summary>
    public ClusterSession Session { get; }

    /// <summary>Copies the data directory, or simulates a shop.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="trained">Whether a model must be in service; a shop without one is trained on.</param>
    /// <param name="cancellationToken">Stops the preparation.</param>
    /// <exception cref="UsageException">The directory has no store, or training needs more than it holds.</exception>
    public static async Task<BenchShop> OpenAsync(BenchContext context, bool trained, CancellationToken cancellationToken)
    {
        var folder = BenchFolder.Create(context.Verb.Settings);
        BenchShop? shop = null;
        try
        {
            var given = context.Verb.Settings.DataDirectory;
            if (given is not null)
            {
                context.Output.Say($"Copying {given}, which stays as it is.");
                StoreCopy.Make(given, folder.FullPath);
            }

            shop = new BenchShop(await context.OpenAsync(folder.FullPath, cancellationToken), folder);
            if (given is null)
            {
                await shop.FillAsync(context, cancellationToken);
            }

            if (trained)
            {
                await shop.TrainAsync(context, cancellationToken);
            }

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
        _folder.Dispose();
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

    private async Task TrainAsync(BenchContext context, CancellationToken cancellationToken)
    {
        if (await Session.Grains.GetGrain<IModelRegistryGrain>(Session.Client.Site).GetCurrentAsync(cancellationToken) is not null)
        {
            return;
        }

        var request = new TrainingRequest(TrainingPurpose.Train, null, TimeSpan.FromDays(HorizonDays), context.Seed, Promote: true);
        await TrainingWatch.RunAsync(context.Output, Session, request, cancellationToken, everyLine: false);
    }
}
