using System.Runtime.InteropServices;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Federation.Fitting;

/// <summary>Counts training examples into <see cref="FitStatistics"/>, one at a time.</summary>
public sealed class FitCounter
{
    private readonly Dictionary<int, long>[] _features = [.. FitStatistics.Empty.Features.Select(_ => new Dictionary<int, long>())];
    private readonly Dictionary<int, long>[] _spends = [.. FitStatistics.Empty.Spends.Select(_ => new Dictionary<int, long>())];
    private readonly long[] _missing = new long[FitStatistics.Empty.Missing.Length];
    private long _customers;

    /// <summary>Counts one customer's examples in.</summary>
    public void Add(IEnumerable<AsOfExample> examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        var any = false;
        foreach (var example in examples)
        {
            any = true;
            Add(example);
        }

        _customers += any ? 1 : 0;
    }

    /// <summary>What was counted so far.</summary>
    public FitStatistics ToStatistics() => new()
    {
        Customers = _customers,
        Features = [.. _features.Select(Histogram.Of)],
        Missing = [.. _missing],
        Spends = [.. _spends.Select(Histogram.Of)],
    };

    private void Add(AsOfExample example)
    {
        for (var feature = 0; feature < _features.Length; feature++)
        {
            var value = example.Input.Aggregates[feature];
            if (float.IsFinite(value))
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_features[feature], ValueBins.Of(value), out _)++;
            }
            else
            {
                _missing[feature]++;
            }
        }

        var label = PredictiveLabels.Of(example.HasPurchased, example.NewCustomer, example.FutureDays, example.FutureSpend, decimal.MaxValue);
        CollectionsMarshal.GetValueRefOrAddDefault(
            _spends[PredictiveLabels.All.IndexOf(label)], ValueBins.Of((double)example.FutureSpend), out _)++;
    }
}
