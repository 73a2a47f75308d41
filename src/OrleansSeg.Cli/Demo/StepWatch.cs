namespace OrleansSeg.Cli.Demo;

/// <summary>How long each step took.</summary>
internal sealed class StepWatch(TimeProvider time)
{
    private readonly long _began = time.GetTimestamp();
    private readonly Dictionary<string, double> _seconds = [];

    /// <summary>Steps run so far, in seconds.</summary>
    public IReadOnlyDictionary<string, double> Seconds => _seconds;

    /// <summary>Time since the watch was made.</summary>
    public TimeSpan Total => time.GetElapsedTime(_began);

    /// <summary>Runs a step.</summary>
    public async Task<T> RunAsync<T>(string name, Func<Task<T>> step)
    {
        var began = time.GetTimestamp();
        var result = await step();
        _seconds[name] = Math.Round(time.GetElapsedTime(began).TotalSeconds, 3);
        return result;
    }
}
