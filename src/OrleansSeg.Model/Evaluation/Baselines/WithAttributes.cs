using OrleansSeg.Model.Features;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Baselines;

/// <summary>Lets a baseline on the aggregates see profile attributes too, as one column of 0 and 1 for each frequent value: our model sees them.</summary>
/// <param name="inner">The baseline.</param>
internal sealed class WithAttributes(IForecasterTrainer inner) : IForecasterTrainer
{
    private const int ColumnsMax = 64;
    private const int ExamplesMin = 20;

    /// <inheritdoc />
    public string Name => inner.Name;

    /// <inheritdoc />
    public string Engine => inner.Engine;

    /// <inheritdoc />
    public ITunedForecaster Fit(
        ExampleSet train, ExampleSet validation, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var columns = train.Examples.SelectMany(example => example.Input.Attributes).CountBy(attribute => attribute)
            .Where(attribute => attribute.Value >= ExamplesMin).OrderByDescending(attribute => attribute.Value).ThenBy(attribute => attribute.Key, StringComparer.Ordinal)
            .Take(ColumnsMax).Select((attribute, column) => (attribute.Key, column)).ToDictionary(pair => pair.Key, pair => pair.column, StringComparer.Ordinal);
        return new Tuned(inner.Fit(Widen(train, columns), Widen(validation, columns), seed, progress, cancellationToken), columns);
    }

    private static ExampleSet Widen(ExampleSet set, Dictionary<string, int> columns) =>
        set with { Examples = [.. set.Examples.Select(example => example with { Input = Widen(example.Input, columns) })] };

    private static CustomerInput Widen(CustomerInput input, Dictionary<string, int> columns)
    {
        var wide = new float[input.Aggregates.Length + columns.Count];
        input.Aggregates.CopyTo(wide, 0);
        foreach (var attribute in input.Attributes)
        {
            if (columns.TryGetValue(attribute, out var column))
            {
                wide[input.Aggregates.Length + column] = 1;
            }
        }

        return input with { Aggregates = wide };
    }

    private class Fitted(IForecaster forecaster, Dictionary<string, int> columns) : IForecaster
    {
        public IReadOnlyList<Forecast> Forecast(IReadOnlyList<CustomerInput> inputs) => forecaster.Forecast([.. inputs.Select(input => Widen(input, columns))]);

        public void Dispose() => forecaster.Dispose();
    }

    private sealed class Tuned(ITunedForecaster forecaster, Dictionary<string, int> columns) : Fitted(forecaster, columns), ITunedForecaster
    {
        private readonly Dictionary<string, int> _columns = columns;

        public IForecaster Refit(ExampleSet matured, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken) =>
            new Fitted(forecaster.Refit(Widen(matured, _columns), seed, progress, cancellationToken), _columns);
    }
}
