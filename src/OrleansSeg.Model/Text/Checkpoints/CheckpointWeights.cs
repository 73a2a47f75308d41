using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Checkpoints;

/// <summary>Puts a checkpoint's tensors into modules, and remembers which were used.</summary>
/// <param name="tensors">The checkpoint.</param>
internal sealed class CheckpointWeights(CheckpointTensors tensors)
{
    /// <summary>Least scale of 8-bit weights, since biases are divided by it.</summary>
    public const float ScaleMin = 1e-20f;

    private const int ChunkLength = 1 << 24;

    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    /// <summary>Tensors that nothing asked for, in ordinal order.</summary>
    public IReadOnlyList<string> Unused => [.. tensors.Names.Where(name => !_used.Contains(name))];

    /// <summary>The first of a weight's possible names that the checkpoint has, of the expected shape.</summary>
    /// <exception cref="CheckpointException">It has none, or one of another shape; the message names the tensor.</exception>
    public string Find(IEnumerable<string> names, IReadOnlyList<long> shape)
    {
        var possible = names.ToList();
        var found = possible.Find(tensors.Contains)
            ?? throw new CheckpointException($"Tensor '{possible[0]}' of shape {Shown(shape)} is missing.");
        return tensors.ShapeOf(found).SequenceEqual(shape)
            ? found
            : throw new CheckpointException($"Tensor '{found}' is of shape {Shown(tensors.ShapeOf(found))}, expected {Shown(shape)}.");
    }

    /// <summary>Loads every weight of a module.</summary>
    /// <param name="module">The module, on the CPU and in fp32; 8-bit weights in it are filled, and yet to be packed.</param>
    /// <param name="names">Names that a weight of the module may have in the checkpoint.</param>
    /// <exception cref="CheckpointException">A weight is missing, of another shape or type, or not finite; the message names the tensor.</exception>
    public void Load(nn.Module module, Func<string, IEnumerable<string>> names)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        foreach (var (name, weight) in module.named_parameters())
        {
            var found = Find(names(name), weight.shape);
            _used.Add(found);
            var flat = weight.view(-1);
            for (var from = 0L; from < flat.shape[0]; from += ChunkLength)
            {
                using var part = flat.narrow(0, from, Math.Min(ChunkLength, flat.shape[0] - from));
                var values = MemoryMarshal.Cast<byte, float>(part.bytes);
                tensors.Read(found, from, values);
                if (!float.IsFinite(TensorPrimitives.MaxMagnitude<float>(values)))
                {
                    throw new CheckpointException($"Tensor '{found}' is not finite everywhere.");
                }

                if (name.EndsWith(Int8Linear.ScaleName, StringComparison.Ordinal) && TensorPrimitives.Min<float>(values) < ScaleMin)
                {
                    throw new CheckpointException($"Tensor '{found}' is below {ScaleMin} somewhere; it scales 8-bit weights.");
                }
            }
        }

        foreach (var (name, product) in module.named_modules().Where(pair => pair.module is Int8Linear).Select(pair => (pair.name, (Int8Linear)pair.module)))
        {
            var found = Find(names($"{name}.weight"), product.Shape);
            _used.Add(found);
            var values = new sbyte[product.Shape[0] * product.Shape[1]];
            tensors.Read(found, values);
            product.Fill(values);
        }
    }

    private static string Shown(IReadOnlyList<long> shape) => $"({string.Join(", ", shape)})";
}
