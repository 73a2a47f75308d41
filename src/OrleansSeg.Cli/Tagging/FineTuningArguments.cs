using System.CommandLine;
using OrleansSeg.Model.Text.FineTuning;

namespace OrleansSeg.Cli.Tagging;

/// <summary>The options that say how an encoder is fine-tuned.</summary>
internal sealed class FineTuningArguments
{
    private const string Frozen = "frozen";

    private static readonly Dictionary<string, AdapterKind?> Methods = new(StringComparer.Ordinal)
    {
        ["full"] = null, [Frozen] = null, ["lora"] = AdapterKind.Lora, ["adalora"] = AdapterKind.AdaLora, ["bottleneck"] = AdapterKind.Bottleneck,
    };

    private const double FreshRate = 1e-3;

    private readonly Option<int?> _epochs = new("--epochs") { Description = "Passes over the texts; 5, and 20 with an encoder made of the texts themselves." };
    private readonly Option<int> _batch = new("--batch") { Description = "Texts in a batch.", DefaultValueFactory = _ => 16 };
    private readonly Option<int> _accumulation = new("--accumulation") { Description = "Batches summed up to one step.", DefaultValueFactory = _ => 1 };
    private readonly Option<double?> _rate = new("--learning-rate") { Description = "Peak learning rate; 5e-5, 1e-3 with an adapter, an encoder that is frozen, or one made of the texts themselves." };
    private readonly Option<double> _decay = new("--layer-decay") { Description = "Learning rate of each layer over that of the layer above.", DefaultValueFactory = _ => 1 };
    private readonly Option<int> _frozen = new("--frozen-layers") { Description = "Lowest layers that are not trained, the embeddings with them; -1 for none.", DefaultValueFactory = _ => -1 };
    private readonly Option<int> _rank = new("--rank") { Description = "Rank of an adapter, or width of its layers.", DefaultValueFactory = _ => 8 };
    private readonly Option<double> _alpha = new("--alpha") { Description = "An adapter's changes are scaled by it over the rank.", DefaultValueFactory = _ => 16 };
    private readonly Option<string[]> _targets = new("--targets")
    {
        Description = "Products that an adapter changes, by the ends of their names: query, key, value, dense.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["query", "value"],
    };

    private readonly Option<bool> _mixed = new("--mixed-precision") { Description = "Compute the encoder's products in bf16, on fp32 weights." };

    /// <summary>Names of the methods.</summary>
    public static IReadOnlyCollection<string> Names => Methods.Keys;

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _epochs, _batch, _accumulation, _rate, _decay, _frozen, _rank, _alpha, _targets, _mixed })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What the command line asks of a method.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="method">One of <see cref="Names"/>.</param>
    /// <param name="seed">Seed of everything random.</param>
    /// <param name="isFresh">Whether the encoder knows nothing but the texts, and has to move further.</param>
    /// <exception cref="UsageException">An option is out of its bounds.</exception>
    public FineTuningOptions Read(ParseResult parsed, string method, int seed, bool isFresh)
    {
        var kind = Methods[method];
        var options = new FineTuningOptions
        {
            Epochs = parsed.GetValue(_epochs) ?? (isFresh ? 20 : 5),
            BatchSize = parsed.GetValue(_batch),
            Accumulation = parsed.GetValue(_accumulation),
            LearningRate = parsed.GetValue(_rate) ?? (isFresh && kind is null ? FreshRate : null),
            LayerDecay = parsed.GetValue(_decay),
            FrozenLayers = parsed.GetValue(_frozen),
            HeadOnly = method == Frozen,
            MixedPrecision = parsed.GetValue(_mixed),
            Seed = seed,
            Adapter = kind is not { } adapter
                ? null
                : new AdapterOptions { Kind = adapter, Rank = parsed.GetValue(_rank), Alpha = parsed.GetValue(_alpha), Targets = [.. parsed.GetValue(_targets)!] },
            Ranks = new RankAllocationOptions(RankTarget: Math.Max(1, parsed.GetValue(_rank) / 2)),
        };
        try
        {
            options.Check();
            return options;
        }
        catch (ArgumentException exception)
        {
            throw new UsageException(exception.Message);
        }
    }
}
