using System.Numerics.Tensors;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Checkpoints;

/// <summary>Weights as a checkpoint's file will hold them: products in 8 bits where that is asked for, tables in what is asked for, all else in fp32.</summary>
/// <param name="productsInInt8">Whether products that <see cref="Blank.Product"/> makes are of 8 bits.</param>
/// <param name="table">Numbers of the other weights of two dimensions.</param>
internal sealed class StoredWeights(bool productsInInt8, SafeTensorsType table)
{
    private const float HalfMax = 65_504;

    private readonly Dictionary<string, StoredTensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>What was added, by its name in the file.</summary>
    public IReadOnlyDictionary<string, StoredTensor> Tensors => _tensors;

    /// <summary>Adds every weight of a module.</summary>
    /// <param name="module">The module.</param>
    /// <param name="nameOf">What a weight is called in the file.</param>
    public void Add(nn.Module module, Func<string, string> nameOf)
    {
        var products = productsInInt8 ? ProductsOf(module).ToHashSet(StringComparer.Ordinal) : [];
        foreach (var (name, weight) in module.named_parameters())
        {
            var stored = StoredTensor.Of(weight);
            if (products.Contains(name))
            {
                var rows = Int8Rows.Of(stored);
                _tensors.Add(nameOf(name), rows.Weight);
                _tensors.Add(nameOf(name[..^"weight".Length] + Int8Linear.ScaleName), rows.Scale);
            }
            else
            {
                var isNarrowed = stored.Shape.Length > 1 && (table != SafeTensorsType.Half || TensorPrimitives.MaxMagnitude<float>(stored.Values) <= HalfMax);
                _tensors.Add(nameOf(name), isNarrowed ? stored with { Type = table } : stored);
            }
        }
    }

    // Products of the layers and of a pooler, wherever it is; the small ones that tell labels and tokens stay as they are.
    private static IEnumerable<string> ProductsOf(nn.Module module) => module.named_modules()
        .Where(pair => pair.module is Linear && (module is BertEncoder or Pooler || pair.name.StartsWith("pooler.", StringComparison.Ordinal)))
        .Select(pair => $"{pair.name}.weight");
}
