using Microsoft.ML;
using Microsoft.ML.Data;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Baselines;

/// <summary>One customer as ML.NET's trees read it: raw aggregates and the label.</summary>
/// <remarks>LightGBM knows NaN as missing. FastTree leaves such rows out of training, so there a missing value lies below every other.</remarks>
internal sealed class TreeRow
{
    private const float BelowAll = -1e9f;

    /// <summary>(F) aggregates.</summary>
    public required float[] Features { get; init; }

    /// <summary>Index of the label.</summary>
    public required int Index { get; init; }

    /// <summary>Labelled examples as a view.</summary>
    public static IDataView View(MLContext context, ExampleSet set, bool keepMissing) =>
        View(context, set.Scheme, WidthOf(set.Examples.Select(example => example.Input)), set.Examples.Select(example => new TreeRow { Features = Values(example.Input, keepMissing), Index = example.Label }));

    /// <summary>Unlabelled inputs as a view.</summary>
    public static IDataView View(MLContext context, SegmentScheme scheme, IReadOnlyList<CustomerInput> inputs, bool keepMissing) =>
        View(context, scheme, WidthOf(inputs), inputs.Select(input => new TreeRow { Features = Values(input, keepMissing), Index = 0 }));

    private static int WidthOf(IEnumerable<CustomerInput> inputs) => inputs.FirstOrDefault()?.Aggregates.Length ?? AggregateFeatures.Names.Length;

    private static float[] Values(CustomerInput input, bool keepMissing) => keepMissing
        ? input.Aggregates
        : Array.ConvertAll(input.Aggregates, value => float.IsNaN(value) ? BelowAll : value);

    private static IDataView View(MLContext context, SegmentScheme scheme, int width, IEnumerable<TreeRow> rows)
    {
        var schema = SchemaDefinition.Create(typeof(TreeRow));
        schema[nameof(Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, width);
        var view = context.Data.LoadFromEnumerable(rows, schema);

        // The keys are given, so that every view numbers the labels alike, those it lacks included.
        var keys = context.Data.LoadFromEnumerable(Enumerable.Range(0, scheme.Count).Select(index => new Key { Index = index }));
        return context.Transforms.Conversion.MapValueToKey("Label", nameof(Index), keyData: keys).Fit(view).Transform(view);
    }

    private sealed class Key
    {
        public int Index { get; init; }
    }
}
