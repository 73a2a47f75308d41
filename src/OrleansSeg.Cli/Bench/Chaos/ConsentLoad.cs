using OrleansSeg.Client;
using OrleansSeg.Customers;
using OrleansSeg.Segments;

namespace OrleansSeg.Cli.Bench.Chaos;

/// <summary>One caller that withdraws and grants consent: without a model that is what changes segments, and so what the index has to follow.</summary>
internal sealed class ConsentLoad(SegmentationClient client, ChaosSettings settings)
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    // Null where the last change failed: either may hold.
    private readonly Dictionary<string, bool?> _granted = new(StringComparer.Ordinal);

    /// <summary>The segment that each customer must be in, where that is certain.</summary>
    public IEnumerable<KeyValuePair<string, string>> Expected => Enumerable.Range(0, settings.Customers).Select(ChaosLoad.CustomerId)
        .Select(id => KeyValuePair.Create(id, _granted.GetValueOrDefault(id, true)))
        .Where(pair => pair.Value is not null)
        .Select(pair => KeyValuePair.Create(pair.Key, pair.Value == true ? SegmentNames.Unscored : SegmentNames.Unprofiled));

    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var random = new Random(unchecked(settings.Seed + 1_000_003));
        while (!stop.IsCancellationRequested)
        {
            var id = ChaosLoad.CustomerId(random.Next(settings.Customers));
            var granted = random.Next(2) == 0;
            _granted[id] = await TrySetAsync(id, granted) || (random.Next(4) > 0 && await RepeatAsync(id, granted, stop)) ? granted : null;
            await Task.Delay(settings.CallPauseMax * random.NextDouble(), CancellationToken.None);
        }
    }

    private async Task<bool> RepeatAsync(string id, bool granted, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (await TrySetAsync(id, granted))
            {
                return true;
            }

            await Task.Delay(RetryPause, CancellationToken.None);
        }

        return false;
    }

    private async Task<bool> TrySetAsync(string id, bool granted)
    {
        try
        {
            await client.Customer(id).SetConsentAsync(ConsentPurpose.Profiling, granted, CancellationToken.None);
            return true;
        }
        catch (Exception)
        {
            // Whether it was stored is not known.
            return false;
        }
    }
}
