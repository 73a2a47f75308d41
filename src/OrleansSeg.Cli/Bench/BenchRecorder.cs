namespace OrleansSeg.Cli.Bench;

/// <summary>Collects a benchmark's rounds and makes the report of their medians.</summary>
internal sealed class BenchRecorder(string name)
{
    private readonly Dictionary<string, List<double>> _rates = [];
    private readonly Dictionary<string, List<double>> _ratios = [];
    private readonly Dictionary<string, LatencyHistogram> _latencies = [];
    private readonly Dictionary<string, double> _bytes = [];
    private readonly Dictionary<string, string> _settings = [];

    /// <summary>One round's rate.</summary>
    public void Rate(string of, double perSecond) => Add(_rates, of, perSecond);

    /// <summary>One round's ratio.</summary>
    public void Ratio(string of, double value) => Add(_ratios, of, value);

    /// <summary>One round of a load: its rate and latencies.</summary>
    public void Load(string of, LoadResult load)
    {
        Rate(of, load.PerSecond);
        if (load.Latencies.Count > 0)
        {
            Latency(of, load.Latencies);
        }
    }

    /// <summary>One round of a load over another.</summary>
    /// <remarks>The ratio is also given by processor time (<c>Cpu</c>), which what else runs on the machine distorts less.</remarks>
    public void Compare(string ratio, LoadResult load, LoadResult yardstick)
    {
        Ratio(ratio, load.PerSecond / yardstick.PerSecond);
        Ratio($"{ratio}Cpu", load.PerProcessorSecond / yardstick.PerProcessorSecond);
    }

    /// <summary>One round's latencies.</summary>
    public void Latency(string of, LatencyHistogram counted)
    {
        if (!_latencies.TryGetValue(of, out var all))
        {
            _latencies.Add(of, all = new LatencyHistogram());
        }

        all.Add(counted);
    }

    /// <summary>A size in bytes.</summary>
    public void Bytes(string of, double count) => _bytes[of] = Math.Round(count, 1);

    /// <summary>What the numbers hang on.</summary>
    public void Setting(string key, FormattableString value) => _settings[key] = FormattableString.Invariant(value);

    /// <summary>The report.</summary>
    public BenchReport ToReport()
    {
        Setting("processors", $"{Environment.ProcessorCount}");
        Setting("runtime", $"{System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription}");
        Setting("serverGc", $"{System.Runtime.GCSettings.IsServerGC}");
        return new BenchReport(
            name,
            _rates.ToDictionary(pair => pair.Key, pair => Math.Round(Median(pair.Value), 1)),
            _ratios.ToDictionary(pair => pair.Key, pair => Math.Round(Median(pair.Value), 3)),
            _latencies.ToDictionary(pair => pair.Key, pair => Percentiles.Of(pair.Value)),
            _bytes,
            _rates.Concat(_ratios).ToDictionary(pair => pair.Key, pair => new[] { Math.Round(pair.Value.Min(), 3), Math.Round(pair.Value.Max(), 3) }),
            _settings);
    }

    /// <summary>The middle of the values, the mean of the two middle ones for an even count.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static void Add(Dictionary<string, List<double>> to, string of, double value)
    {
        if (!to.TryGetValue(of, out var values))
        {
            to.Add(of, values = []);
        }

        values.Add(value);
    }
}
