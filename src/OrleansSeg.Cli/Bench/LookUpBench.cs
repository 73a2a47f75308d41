using OrleansSeg.Cli.Customers;
using OrleansSeg.Cli.Sessions;
using OrleansSeg.Events;

namespace OrleansSeg.Cli.Bench;

/// <summary>Look-ups, beside calls of a grain that does nothing: in the silo's process, and over TCP through its gateway.</summary>
/// <remarks>
/// The plain rates are of calls on references that the caller holds. Those "by id" are what a storefront writes: the id is checked and
/// the reference made anew for each call, beside the same for the empty grain.
/// </remarks>
internal sealed class LookUpBench : IBenchmark
{
    /// <inheritdoc />
    public string Name => "lookup";

    /// <inheritdoc />
    public string Description => "Look-ups per second, beside calls of an empty grain, in-process and through the gateway.";

    /// <inheritdoc />
    public int CustomersByDefault => 2_000;

    /// <inheritdoc />
    public async Task<BenchReport> RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        var (settings, recorder) = (context.Settings, new BenchRecorder(Name));
        await using var shop = await BenchShop.OpenAsync(context, trained: false, cancellationToken);
        var session = shop.Session;
        var ids = await session.Client.ReadCustomersAsync(cancellationToken).Take(settings.Customers).ToArrayAsync(cancellationToken);
        await using var gateway = await context.ConnectAsync(session, cancellationToken);
        await MeasureAsync(recorder, "", session, ids, settings, cancellationToken);
        await MeasureAsync(recorder, "gateway", gateway, ids, settings, cancellationToken);
        recorder.Setting("customers", $"{ids.Length}");
        recorder.Setting("callers", $"{settings.Callers}");
        recorder.Setting("scored", $"{(await session.Client.LookUpAsync(ids[0])).ModelVersion > 0}");
        return recorder.ToReport();
    }

    private static async Task MeasureAsync(
        BenchRecorder recorder, string prefix, ClusterSession session, string[] ids, BenchSettings settings, CancellationToken cancellationToken)
    {
        var keys = ids.Select(id => CustomerKey.Create(session.Client.Site, id).GrainKey).ToArray();
        var customers = ids.Select(session.Client.Customer).ToArray();
        var empty = keys.Select(key => session.Grains.GetGrain<IEmptyGrain>(key)).ToArray();
        await CompareAsync("", i => customers[i].LookUpAsync(), i => empty[i].CallAsync());
        await CompareAsync("ById", i => session.Client.LookUpAsync(ids[i]), i => session.Grains.GetGrain<IEmptyGrain>(keys[i]).CallAsync());

        async Task CompareAsync<T>(string suffix, Func<int, ValueTask<T>> lookUp, Func<int, ValueTask<bool>> call)
        {
            var rounds = await Interleaved.RunAsync(settings.Duration / 4, time => LoadAsync(time, lookUp), time => LoadAsync(time, call));
            foreach (var (lookUps, calls) in rounds)
            {
                recorder.Load(Named($"lookUps{suffix}"), lookUps);
                recorder.Load(Named($"emptyCalls{suffix}"), calls);
                recorder.Compare(Named($"lookUps{suffix}ToEmptyCalls"), lookUps, calls);
            }
        }

        string Named(string of) => prefix.Length == 0 ? of : prefix + char.ToUpperInvariant(of[0]) + of[1..];

        // Callers go through the customers from different places, so that both loads touch every activation.
        Task<LoadResult> LoadAsync<T>(TimeSpan time, Func<int, ValueTask<T>> call) => ClosedLoop.RunAsync(
            settings.Callers, time, (caller, made) => call((int)((((long)caller * keys.Length / settings.Callers) + made) % keys.Length)), cancellationToken);
    }
}
