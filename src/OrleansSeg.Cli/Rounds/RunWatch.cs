using Orleans.Runtime;
using OrleansSeg.Cli.Output;
using OrleansSeg.Federation;
using Spectre.Console;

namespace OrleansSeg.Cli.Rounds;

/// <summary>Follows a run to its end: a live table on a terminal, lines elsewhere.</summary>
internal static class RunWatch
{
    private const int RoundsMax = 10;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SilenceMax = TimeSpan.FromMinutes(2);

    /// <summary>Follows a run.</summary>
    /// <param name="output">Where it is shown.</param>
    /// <param name="federation">The federation's name.</param>
    /// <param name="look">How the run stands.</param>
    /// <param name="time">Time between two looks.</param>
    /// <param name="cancellationToken">Stops watching, and nothing else.</param>
    /// <returns>The run as it ended.</returns>
    /// <exception cref="VerbFailedException">Nobody has said for two minutes how the run stands.</exception>
    public static async Task<RunStatus> RunAsync(
        VerbOutput output, string federation, Func<CancellationToken, Task<RunStatus>> look, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!output.ProgressScreen.Profile.Capabilities.Interactive)
        {
            RunStatus? before = null;
            return await FollowAsync(look, run => SayWhatHappened(output, ref before, run), output.Say, time, cancellationToken);
        }

        return await output.ProgressScreen.Live(new Text("")).AutoClear(true).StartAsync(context => FollowAsync(
            look, run => context.UpdateTarget(RunTables.Run(federation, run, RoundsMax)), output.Say, time, cancellationToken));
    }

    private static void SayWhatHappened(VerbOutput output, ref RunStatus? before, RunStatus run)
    {
        foreach (var line in RunLines.Between(before, run))
        {
            output.Say(line);
        }

        before = run;
    }

    private static async Task<RunStatus> FollowAsync(
        Func<CancellationToken, Task<RunStatus>> look, Action<RunStatus> show, Action<string> say, TimeProvider time, CancellationToken cancellationToken)
    {
        long? silentSince = null;
        while (true)
        {
            try
            {
                var run = await look(cancellationToken);
                silentSince = null;
                show(run);
                if (run.HasEnded())
                {
                    return run;
                }
            }
            catch (Exception exception) when (exception is OrleansException or TimeoutException && !cancellationToken.IsCancellationRequested)
            {
                // Its silo may have died; the run goes on with another one.
                if (silentSince is null)
                {
                    say($"The coordinator does not answer and is asked again: {exception.Message}");
                }

                silentSince ??= time.GetTimestamp();
                if (time.GetElapsedTime(silentSince.Value) > SilenceMax)
                {
                    throw new VerbFailedException($"The coordinator has not answered for {SilenceMax.TotalMinutes} minutes: {exception.Message}");
                }
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
