namespace OrleansSeg.Cli.Bench;

/// <summary>Load by a fixed number of callers, each of which makes its next call when the last one is answered.</summary>
internal static class ClosedLoop
{
    /// <summary>Makes calls for a while.</summary>
    /// <param name="callers">Calls in flight at one time.</param>
    /// <param name="duration">After it no call begins; those in flight are awaited and counted.</param>
    /// <param name="call">The call; told the caller and how many calls it made before.</param>
    /// <param name="cancellationToken">Ends the load early, as an error.</param>
    public static async Task<LoadResult> RunAsync<T>(
        int callers, TimeSpan duration, Func<int, int, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        var cpu = Environment.CpuUsage.TotalTime;
        var latencies = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(
            async () =>
            {
                var counted = new LatencyHistogram();
                var now = TimeProvider.System.GetTimestamp();
                for (var made = 0; TimeProvider.System.GetElapsedTime(began, now) < duration; made++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    await call(caller, made);
                    var then = TimeProvider.System.GetTimestamp();
                    counted.Add(TimeProvider.System.GetElapsedTime(now, then));
                    now = then;
                }

                return counted;
            },
            cancellationToken)));
        var elapsed = TimeProvider.System.GetElapsedTime(began);
        var all = new LatencyHistogram();
        foreach (var counted in latencies)
        {
            all.Add(counted);
        }

        return new LoadResult(all.Count, all, elapsed, Environment.CpuUsage.TotalTime - cpu);
    }
}

/// <summary>What a load did.</summary>
/// <param name="Count">Things done.</param>
/// <param name="Latencies">Of every call; empty where single calls are not timed.</param>
/// <param name="Elapsed">From the first call to the last answer.</param>
/// <param name="Processor">Processor time of this process meanwhile.</param>
internal sealed record LoadResult(long Count, LatencyHistogram Latencies, TimeSpan Elapsed, TimeSpan Processor)
{
    /// <summary>Things done per second.</summary>
    public double PerSecond => Count / Elapsed.TotalSeconds;

    /// <summary>Things done per second of processor time: what a busy machine does not distort.</summary>
    public double PerProcessorSecond => Count / Processor.TotalSeconds;

    /// <summary>Does something once and times it.</summary>
    /// <param name="work">Returns how many things it did.</param>
    public static async Task<LoadResult> TimeAsync(Func<Task<long>> work)
    {
        var (began, processor) = (TimeProvider.System.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var count = await work();
        return new LoadResult(count, new LatencyHistogram(), TimeProvider.System.GetElapsedTime(began), Environment.CpuUsage.TotalTime - processor);
    }
}
