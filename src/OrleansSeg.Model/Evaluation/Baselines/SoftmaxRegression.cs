using System.Numerics.Tensors;

namespace OrleansSeg.Model.Evaluation.Baselines;

/// <summary>Multinomial logistic regression, fitted by limited-memory BFGS.</summary>
/// <remarks>
/// Nocedal 1980, Updating quasi-Newton matrices with limited storage, with a backtracking (Armijo) line search.
/// The objective is the mean log loss plus half the L2 penalty on the slopes; intercepts are free.
/// </remarks>
public sealed class SoftmaxRegression
{
    private const int Memory = 8;
    private const int ChunkCount = 16;
    private readonly int _width;
    private readonly int _classes;
    private readonly double[] _weights;

    private SoftmaxRegression(int width, int classes, double[] weights)
    {
        _width = width;
        _classes = classes;
        _weights = weights;
    }

    /// <summary>Fits.</summary>
    /// <param name="rows">N rows of (W) normalized features.</param>
    /// <param name="labels">(N) classes.</param>
    /// <param name="classes">Number of classes (S).</param>
    /// <param name="penalty">L2 penalty, at least 0.</param>
    /// <param name="iterationsMax">Most steps.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public static SoftmaxRegression Fit(
        IReadOnlyList<float[]> rows, IReadOnlyList<int> labels, int classes, double penalty, int iterationsMax, CancellationToken cancellationToken)
    {
        var model = new SoftmaxRegression(rows[0].Length, classes, new double[classes * (rows[0].Length + 1)]);
        var matrix = ToDoubles(rows);
        var point = model._weights;
        var gradient = new double[point.Length];
        var loss = model.Loss(matrix, labels, penalty, point, gradient);
        var pairs = new LinkedList<(double[] Step, double[] Change, double Curvature)>();
        for (var iteration = 0; iteration < iterationsMax && TensorPrimitives.Norm<double>(gradient) > 1e-5; iteration++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var direction = Direction(gradient, pairs);
            var slope = TensorPrimitives.Dot<double>(direction, gradient);
            var (next, nextGradient) = (new double[point.Length], new double[point.Length]);
            var length = pairs.Count == 0 ? 1 / Math.Max(1, TensorPrimitives.Norm<double>(gradient)) : 1.0;
            var nextLoss = double.PositiveInfinity;
            for (var attempt = 0; attempt < 20; attempt++, length /= 2)
            {
                TensorPrimitives.MultiplyAdd(direction, length, point, next);
                nextLoss = model.Loss(matrix, labels, penalty, next, nextGradient);
                if (nextLoss <= loss + (1e-4 * length * slope))
                {
                    break;
                }
            }

            var (step, change) = (new double[point.Length], new double[point.Length]);
            TensorPrimitives.Subtract(next, point, step);
            TensorPrimitives.Subtract(nextGradient, gradient, change);
            Remember(pairs, step, change);
            var gain = loss - nextLoss;
            next.CopyTo(point, 0);
            (gradient, loss) = (nextGradient, nextLoss);
            if (gain < 1e-8)
            {
                break;
            }
        }

        return model;
    }

    /// <summary>(S) class probabilities of one row of (W) normalized features.</summary>
    public float[] Predict(ReadOnlySpan<float> row)
    {
        var logits = new double[_classes];
        var values = new double[_width];
        TensorPrimitives.ConvertChecked<float, double>(row, values);
        Logits(values, _weights, logits);
        TensorPrimitives.SoftMax<double>(logits, logits);
        return Array.ConvertAll(logits, probability => (float)probability);
    }

    private double Loss(double[] matrix, IReadOnlyList<int> labels, double penalty, double[] weights, double[] gradient)
    {
        var stride = _width + 1;
        Array.Clear(gradient);
        var sum = 0.0;

        // Chunks are fixed and summed in order, so that the fit does not depend on which thread finished first.
        var chunks = new (double Loss, double[] Gradient)[ChunkCount];
        Parallel.For(0, ChunkCount, chunk => chunks[chunk] = ChunkLoss(matrix, labels, weights, chunk));
        foreach (var chunk in chunks)
        {
            sum += chunk.Loss;
            TensorPrimitives.Add(gradient, chunk.Gradient, gradient);
        }

        TensorPrimitives.Multiply(gradient, 1.0 / labels.Count, gradient);
        var loss = sum / labels.Count;
        for (var label = 0; label < _classes; label++)
        {
            var slopes = weights.AsSpan(label * stride, _width);
            loss += 0.5 * penalty * TensorPrimitives.SumOfSquares<double>(slopes);
            var target = gradient.AsSpan(label * stride, _width);
            TensorPrimitives.MultiplyAdd(slopes, penalty, target, target);
        }

        return loss;
    }

    private (double Loss, double[] Gradient) ChunkLoss(double[] matrix, IReadOnlyList<int> labels, double[] weights, int chunk)
    {
        var stride = _width + 1;
        var gradient = new double[weights.Length];
        var logits = new double[_classes];
        var loss = 0.0;
        for (var i = chunk; i < labels.Count; i += ChunkCount)
        {
            var row = matrix.AsSpan(i * _width, _width);
            Logits(row, weights, logits);
            TensorPrimitives.SoftMax(logits, logits);
            loss -= Math.Log(Math.Max(logits[labels[i]], 1e-12));
            for (var label = 0; label < _classes; label++)
            {
                var error = logits[label] - (label == labels[i] ? 1 : 0);
                var slopes = gradient.AsSpan(label * stride, _width);
                TensorPrimitives.MultiplyAdd<double>(row, error, slopes, slopes);
                gradient[(label * stride) + _width] += error;
            }
        }

        return (loss, gradient);
    }

    private void Logits(ReadOnlySpan<double> row, double[] weights, Span<double> logits)
    {
        for (var label = 0; label < _classes; label++)
        {
            var offset = label * (_width + 1);
            logits[label] = weights[offset + _width] + TensorPrimitives.Dot(weights.AsSpan(offset, _width), row);
        }
    }

    private static double[] ToDoubles(IReadOnlyList<float[]> rows)
    {
        var width = rows[0].Length;
        var matrix = new double[rows.Count * width];
        for (var i = 0; i < rows.Count; i++)
        {
            TensorPrimitives.ConvertChecked<float, double>(rows[i], matrix.AsSpan(i * width, width));
        }

        return matrix;
    }

    private static double[] Direction(double[] gradient, LinkedList<(double[] Step, double[] Change, double Curvature)> pairs)
    {
        var direction = (double[])gradient.Clone();
        var shares = new Stack<double>();
        for (var node = pairs.Last; node is not null; node = node.Previous)
        {
            var share = TensorPrimitives.Dot<double>(node.Value.Step, direction) / node.Value.Curvature;
            TensorPrimitives.MultiplyAdd(node.Value.Change, -share, direction, direction);
            shares.Push(share);
        }

        if (pairs.Last is { } last)
        {
            var scale = last.Value.Curvature / TensorPrimitives.SumOfSquares<double>(last.Value.Change);
            TensorPrimitives.Multiply(direction, scale, direction);
        }

        for (var node = pairs.First; node is not null; node = node.Next)
        {
            var back = TensorPrimitives.Dot<double>(node.Value.Change, direction) / node.Value.Curvature;
            TensorPrimitives.MultiplyAdd(node.Value.Step, shares.Pop() - back, direction, direction);
        }

        TensorPrimitives.Negate(direction, direction);
        return direction;
    }

    private static void Remember(LinkedList<(double[] Step, double[] Change, double Curvature)> pairs, double[] step, double[] change)
    {
        var curvature = TensorPrimitives.Dot<double>(step, change);
        if (curvature <= 1e-12)
        {
            return;
        }

        pairs.AddLast((step, change, curvature));
        if (pairs.Count > Memory)
        {
            pairs.RemoveFirst();
        }
    }
}
