using OrleansSeg.Cli.Customers;
using OrleansSeg.Client;
using OrleansSeg.Customers;
using OrleansSeg.Segments;

namespace OrleansSeg.Cli.Bench.Chaos;

/// <summary>Reads everything back through the cluster when a run is over, and compares.</summary>
internal sealed class ChaosCheck(IGrainFactory grains, SegmentationClient client, ChaosSettings settings, Ledger ledger, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Compares every history with what was acknowledged, and the segment index with the customers.</summary>
    /// <param name="segments">The segment that a customer must be in, where that is certain.</param>
    /// <param name="cancellationToken">Ends the comparison without a result.</param>
    /// <returns>Disagreements of the index, and the first of them in words.</returns>
    public async Task<(long Count, IReadOnlyList<string> Examples)> RunAsync(
        IEnumerable<KeyValuePair<string, string>> segments, CancellationToken cancellationToken)
    {
        for (var number = 0; number < settings.Customers; number++)
        {
            var customer = ChaosLoad.CustomerId(number);
            foreach (var e in await AskAsync($"the history of {customer}", () => ReadAsync(customer, cancellationToken), cancellationToken))
            {
                ledger.Found(customer, e);
            }
        }

        ledger.Close();
        var registered = await AskAsync("the registered customers", () => RegisteredAsync(cancellationToken), cancellationToken);
        var missing = Enumerable.Range(0, settings.Customers).Select(ChaosLoad.CustomerId).Where(id => !registered.Contains(id)).ToList();
        var report = await VerifyAsync(cancellationToken);
        var misplaced = await FindMisplacedAsync(segments, cancellationToken);
        var strangers = report.Customers == settings.Customers ? 0 : 1;
        return (
            report.MismatchCount + missing.Count + misplaced.Count + strangers,
            [
                .. report.Mismatches.Take(10).Select(mismatch => $"{mismatch.Customer}: {mismatch.Kind}: {mismatch.Detail}"),
                .. missing.Take(10).Select(id => $"{id} has acknowledged events and is not registered"),
                .. misplaced.Take(10),
                .. strangers == 0 ? (string[])[] : [$"the store holds {report.Customers} customers, not {settings.Customers}"],
            ]);
    }

    /// <summary>Entries that a crash held up are replayed by sweeps; what still differs after some time is a mismatch.</summary>
    private async Task<VerificationReport> VerifyAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            await AskAsync("sweeps", () => SweepAsync(cancellationToken), cancellationToken);
            var report = await AskAsync(
                "verification", () => grains.GetGrain<IVerificationGrain>(client.Site).VerifyAsync(cancellationToken), cancellationToken);
            if (report.MismatchCount == 0 || time.GetElapsedTime(began) > settings.StepMax)
            {
                return report;
            }
        }
    }

    /// <summary>Customers whose look-up or whose place in the index is not in the segment that the last acknowledged change put them in.</summary>
    private async Task<List<string>> FindMisplacedAsync(IEnumerable<KeyValuePair<string, string>> segments, CancellationToken cancellationToken)
    {
        var members = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var segment in new[] { SegmentNames.Unscored, SegmentNames.Unprofiled })
        {
            members[segment] = await AskAsync($"the members of {segment}", async () =>
                await client.GetMembersAsync(segment, cancellationToken).Select(member => member.Customer).ToHashSetAsync(StringComparer.Ordinal, cancellationToken), cancellationToken);
        }

        var misplaced = new List<string>();
        foreach (var (customer, expected) in segments)
        {
            var answer = await AskAsync($"the segment of {customer}", () => client.LookUpAsync(customer).AsTask(), cancellationToken);
            if (answer.Segment != expected || !members[expected].Contains(customer) || members.Any(pair => pair.Key != expected && pair.Value.Contains(customer)))
            {
                misplaced.Add($"{customer} must be {expected}; the look-up says {answer.Segment}, the index {string.Join(" and ", members.Where(pair => pair.Value.Contains(customer)).Select(pair => pair.Key))}");
            }
        }

        return misplaced;
    }

    private async Task<bool> SweepAsync(CancellationToken cancellationToken)
    {
        var layout = await client.GetLayoutAsync(cancellationToken);
        await Task.WhenAll(Enumerable.Range(0, layout.PartitionCount).Select(n => client.Partition(n).SweepAsync(1, cancellationToken)));
        return true;
    }

    private async Task<List<Events.BehaviourEvent>> ReadAsync(string customer, CancellationToken cancellationToken) =>
        await client.Customer(customer).ReadHistoryAsync(null, null, cancellationToken).ToListAsync(cancellationToken);

    private async Task<HashSet<string>> RegisteredAsync(CancellationToken cancellationToken) =>
        await client.ReadCustomersAsync(cancellationToken).ToHashSetAsync(StringComparer.Ordinal, cancellationToken);

    /// <summary>Asks until there is an answer, because the last fault may not be over.</summary>
    private async Task<T> AskAsync<T>(string what, Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                if (time.GetElapsedTime(began) > settings.StepMax)
                {
                    throw new InvalidOperationException($"The cluster does not tell {what} after {settings.StepMax}: {exception.Message}", exception);
                }

                await Task.Delay(Pause, cancellationToken);
            }
        }
    }
}
