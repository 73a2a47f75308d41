using System.Globalization;
using Spectre.Console;

namespace OrleansSeg.Cli.Output;

/// <summary>Shows how far something is: a bar on a terminal, now and then a line elsewhere.</summary>
internal static class ProgressDisplay
{
    /// <summary>Runs the work and shows its progress.</summary>
    /// <param name="output">Where to show it.</param>
    /// <param name="title">What is being done.</param>
    /// <param name="work">The work; reports 0 to 1, and words that stand beside the bar.</param>
    public static async Task<T> RunAsync<T>(VerbOutput output, string title, Func<Action<double, string>, Task<T>> work)
    {
        if (!output.ProgressScreen.Profile.Capabilities.Interactive)
        {
            return await work(new Lines(output, title).Report);
        }

        return await output.ProgressScreen.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask(Markup.Escape(title), maxValue: 1);
                var result = await work((share, words) =>
                {
                    task.Value = Math.Clamp(share, 0, 1);
                    task.Description = Markup.Escape(words.Length == 0 ? title : $"{title}: {words}");
                });
                task.Value = 1;
                return result;
            });
    }

    private sealed class Lines(VerbOutput output, string title)
    {
        private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
        private long _last = TimeProvider.System.GetTimestamp();

        public void Report(double share, string words)
        {
            lock (this)
            {
                if (TimeProvider.System.GetElapsedTime(_last) < Pause)
                {
                    return;
                }

                _last = TimeProvider.System.GetTimestamp();
                output.Say(string.Create(CultureInfo.InvariantCulture, $"{title} {share:P0} {words}"));
            }
        }
    }
}
