namespace OrleansSeg.Cli.Bench;

/// <summary>Two loads in turn, round after round, so that a machine that speeds up or slows down does so for both.</summary>
internal static class Interleaved
{
    /// <summary>Rounds of each load: many short ones, because what disturbs a shared machine comes and goes within a second.</summary>
    public const int Rounds = 15;

    /// <summary>Runs <c>ab ba ab ba …</c>, first some of each that is not counted.</summary>
    /// <remarks>The uncounted part is as long as half the counted one: until then .NET runs instrumented code to learn what to compile for speed.</remarks>
    /// <param name="duration">Of all counted rounds together.</param>
    /// <param name="first">Runs one round of the first load for a time.</param>
    /// <param name="second">Runs one round of the second load for a time.</param>
    public static async Task<IReadOnlyList<(T1 First, T2 Second)>> RunAsync<T1, T2>(
        TimeSpan duration, Func<TimeSpan, Task<T1>> first, Func<TimeSpan, Task<T2>> second)
    {
        var each = duration / (2 * Rounds);
        for (var round = 0; round < Rounds / 2; round++)
        {
            await first(each);
            await second(each);
        }

        var results = new List<(T1, T2)>();
        for (var round = 0; round < Rounds; round++)
        {
            if (round % 2 == 0)
            {
                var a = await first(each);
                results.Add((a, await second(each)));
            }
            else
            {
                var b = await second(each);
                results.Add((await first(each), b));
            }
        }

        return results;
    }
}
