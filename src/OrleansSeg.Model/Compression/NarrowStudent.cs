using OrleansSeg.Model.Text.Pooling;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Compression;

/// <summary>Shape of a student that is narrower than its teacher.</summary>
/// <param name="Hidden">Width of its states; its layers have four times that between their products.</param>
/// <param name="Layers">Its layers.</param>
public sealed record StudentShape(int Hidden, int Layers)
{
    private const int HeadWidthUsual = 32;

    /// <summary>The configuration.</summary>
    /// <exception cref="ArgumentException">It cannot be, or the teacher's vectors cannot be told by it.</exception>
    internal BertFamilyConfig ConfigOf(TextModel teacher)
    {
        var config = teacher.Config;
        if (Hidden < 8 || Hidden >= config.Hidden || Hidden % 8 != 0)
        {
            throw new ArgumentException($"The student's width must be a multiple of 8 below its teacher's {config.Hidden}, not {Hidden}.");
        }

        if (Layers < 1 || Layers > config.Layers)
        {
            throw new ArgumentException($"The student's layers must be 1 to its teacher's {config.Layers}, not {Layers}.");
        }

        if (teacher.Head is null or MaskedHead && (teacher.Pooling.HasProduct || teacher.Pooling.Kind is not (PoolingKind.Mean or PoolingKind.First)))
        {
            throw new ArgumentException("Only vectors that are the mean of a text's states, or the first, can be told by a narrower student.");
        }

        return config with
        {
            Hidden = Hidden,
            Layers = Layers,
            Heads = Hidden % HeadWidthUsual == 0 ? Hidden / HeadWidthUsual : Hidden / 8,
            Intermediate = 4 * Hidden,
            PrunedHeads = config.PrunedHeads.Clear(),
            Intermediates = [],
            Head = config.Head == TextHead.MaskedLanguage ? TextHead.None : config.Head,
        };
    }
}

/// <summary>Where a narrower student begins.</summary>
internal static class NarrowStudent
{
    /// <summary>Draws a student, and gives it its teacher's tables in the directions in which the words' differ most.</summary>
    /// <param name="teacher">The teacher.</param>
    /// <param name="config">The student's shape.</param>
    /// <param name="projection">From the student's width to the teacher's; it begins with the way back of the tables'.</param>
    /// <param name="seed">Seed of what is drawn.</param>
    public static TextModel Begin(TextModel teacher, BertFamilyConfig config, PoolingDense projection, int seed)
    {
        using var random = new Generator((ulong)seed);
        var encoder = new BertEncoder(config);
        nn.Module? head = teacher.Head switch
        {
            TokenHead => new TokenHead(config),
            SequenceHead => new SequenceHead(config),
            _ => null,
        };
        Blank.Draw(encoder, random);
        if (head is not null)
        {
            Blank.Draw(head, random);
        }

        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var words = teacher.Encoder.Words;
        var (_, directions) = linalg.eigh(words.t().matmul(words)); // (H, H), the largest last
        var largest = directions.narrow(1, directions.shape[1] - config.Hidden, config.Hidden); // (H, h)
        var tables = teacher.Encoder.named_parameters().ToDictionary(pair => pair.name, pair => (Tensor)pair.parameter);
        foreach (var (name, weight) in encoder.named_parameters().Where(pair => pair.name.EndsWith("_embeddings.weight", StringComparison.Ordinal)))
        {
            weight.copy_(tables[name].matmul(largest)); // (rows, H) -> (rows, h)
        }

        projection.Weights.Weight.copy_(largest);
        projection.Weights.Bias.zero_();
        encoder.eval();
        return new TextModel(encoder, null, head, new TextPooling(teacher.Pooling.Kind, teacher.Pooling.IsNormalized), teacher.Files);
    }
}
