namespace OrleansSeg.EndToEnd.Tests;

/// <summary>Waits for a condition of another process, which nothing announces.</summary>
internal static class Eventually
{
    /// <summary>Looks every few milliseconds, and fails with the phase's name when the time is over.</summary>
    public static async Task TrueAsync(Func<bool> condition, TimeSpan atMost, string phase)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < atMost, $"{phase}: not within {atMost}.");
            await timer.WaitForNextTickAsync();
        }
    }
}
