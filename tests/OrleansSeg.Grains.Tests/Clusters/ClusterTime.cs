namespace OrleansSeg.Grains.Tests.Clusters;

/// <summary>Moving the clock while something is waited for.</summary>
public static class ClusterTime
{
    /// <summary>Moves the clock far ahead at once: no timer comes due by it, as if the silo had slept.</summary>
    /// <remarks>Moving it step by step would fire every timer of the silo once for each of its periods.</remarks>
    public static void Jump(this ShopCluster cluster, TimeSpan by) => cluster.Time.AdjustTime(cluster.Time.GetUtcNow() + by);

    /// <summary>Moves the clock in steps until a task ends, and gives its result.</summary>
    /// <param name="cluster">Whose clock.</param>
    /// <param name="task">What must end.</param>
    /// <param name="step">One step; default 50 ms.</param>
    /// <param name="phase">What is waited for, for the message when it never comes.</param>
    public static async Task<T> DriveAsync<T>(this ShopCluster cluster, Task<T> task, TimeSpan? step = null, string phase = "a call")
    {
        var deadline = Environment.TickCount64 + (long)Patience.Longest.TotalMilliseconds;
        while (!task.IsCompleted)
        {
            Assert.True(Environment.TickCount64 < deadline, $"Waited {Patience.Longest} for {phase}; the cluster's clock is at {cluster.Time.GetUtcNow():O}.");

            // A moment of real time lets what the last step woke up run; nothing is asserted about how long it takes.
            await Task.WhenAny(task, Task.Delay(1));
            cluster.Time.Advance(step ?? TimeSpan.FromMilliseconds(50));
        }

        return await task;
    }

    /// <summary>Moves the clock in steps until something holds.</summary>
    public static async Task DriveUntilAsync(this ShopCluster cluster, Func<Task<bool>> holds, TimeSpan? step = null, string phase = "a condition")
    {
        var deadline = Environment.TickCount64 + (long)Patience.Longest.TotalMilliseconds;
        while (!await holds())
        {
            Assert.True(Environment.TickCount64 < deadline, $"Waited {Patience.Longest} for {phase}; the cluster's clock is at {cluster.Time.GetUtcNow():O}.");
            await Task.Delay(1);
            cluster.Time.Advance(step ?? TimeSpan.FromMilliseconds(50));
        }
    }

    /// <summary>Waits, with the clock standing still, until something holds.</summary>
    public static Task WaitUntilAsync(this ShopCluster cluster, Func<bool> holds, string phase) =>
        cluster.DriveUntilAsync(() => Task.FromResult(holds()), TimeSpan.Zero, phase);
}
