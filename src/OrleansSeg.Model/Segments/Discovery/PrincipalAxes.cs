using OrleansSeg.Model.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Segments.Discovery;

/// <summary>The directions in which points vary most. N points, W numbers each, D axes.</summary>
/// <param name="Mean">(W) the middle of the points.</param>
/// <param name="Axes">(D, W) unit vectors, the one of most variance first.</param>
internal sealed record PrincipalAxes(double[] Mean, double[][] Axes)
{
    /// <summary>Fits.</summary>
    /// <param name="points">(N, W).</param>
    /// <param name="axesMax">Most axes; no more than W are given.</param>
    public static PrincipalAxes Fit(IReadOnlyList<double[]> points, int axesMax)
    {
        LibTorch.EnsureLoadable();
        using var scope = NewDisposeScope();
        var width = points[0].Length;
        var given = tensor(points.SelectMany(point => point).ToArray(), [points.Count, width], dtype: float64);
        var mean = given.mean([0L]);
        var centred = given.sub(mean);
        var (_, columns) = linalg.eigh(centred.t().matmul(centred)); // ascending
        var values = columns.t().flip(0).contiguous().data<double>().ToArray(); // (W, W)
        return new PrincipalAxes(
            mean.data<double>().ToArray(), [.. Enumerable.Range(0, Math.Min(axesMax, width)).Select(axis => values[(axis * width)..((axis + 1) * width)])]);
    }

    /// <summary>(W) -> (D).</summary>
    public double[] Project(double[] point) => Array.ConvertAll(Axes, axis =>
    {
        var sum = 0.0;
        for (var w = 0; w < axis.Length; w++)
        {
            sum += axis[w] * (point[w] - Mean[w]);
        }

        return sum;
    });

    /// <summary>Linear heads over points as they were given whose logits are those of half the squared distances to centroids, over a temperature.</summary>
    /// <param name="centroids">(k, D).</param>
    /// <param name="temperature">Divides them.</param>
    /// <returns>(k, W) weights and (k) biases.</returns>
    public (double[][] Weights, double[] Biases) HeadsOf(double[][] centroids, double temperature)
    {
        var weights = Array.ConvertAll(centroids, centroid =>
        {
            var row = new double[Mean.Length];
            for (var d = 0; d < centroid.Length; d++)
            {
                for (var w = 0; w < row.Length; w++)
                {
                    row[w] += centroid[d] * Axes[d][w] / temperature;
                }
            }

            return row;
        });
        return (weights, [.. centroids.Zip(weights, (centroid, row) =>
            -(centroid.Sum(value => value * value) / (2 * temperature)) - row.Zip(Mean, (weight, mean) => weight * mean).Sum())]);
    }
}
