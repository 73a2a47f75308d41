namespace OrleansSeg.Model.Text.Transformer;

/// <summary>Name and shape of every weight of an encoder, told without making it.</summary>
/// <remarks>A checkpoint's header is held against it first, so that a configuration cannot claim more memory than the file has weights.</remarks>
internal static class BertShapes
{
    /// <summary>The weights, in the order of a forward pass.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Of(BertFamilyConfig config)
    {
        long hidden = config.Hidden, between = config.Intermediate;
        yield return ("embeddings.word_embeddings.weight", [config.VocabularySize, hidden]);
        yield return ("embeddings.position_embeddings.weight", [config.Positions, hidden]);
        if (config.TokenTypes > 0)
        {
            yield return ("embeddings.token_type_embeddings.weight", [config.TokenTypes, hidden]);
        }

        yield return ("embeddings.LayerNorm.weight", [hidden]);
        yield return ("embeddings.LayerNorm.bias", [hidden]);
        for (var n = 0; n < config.Layers; n++)
        {
            foreach (var (name, shape) in Layer(hidden, between))
            {
                yield return ($"encoder.layer.{n}.{name}", shape);
            }
        }
    }

    private static IEnumerable<(string Name, long[] Shape)> Layer(long hidden, long between) =>
    [
        .. Product("attention.self.query", hidden, hidden),
        .. Product("attention.self.key", hidden, hidden),
        .. Product("attention.self.value", hidden, hidden),
        .. Product("attention.output.dense", hidden, hidden),
        ("attention.output.LayerNorm.weight", [hidden]),
        ("attention.output.LayerNorm.bias", [hidden]),
        .. Product("intermediate.dense", hidden, between),
        .. Product("output.dense", between, hidden),
        ("output.LayerNorm.weight", [hidden]),
        ("output.LayerNorm.bias", [hidden]),
    ];

    private static IEnumerable<(string Name, long[] Shape)> Product(string name, long inputs, long outputs) =>
        [($"{name}.weight", [outputs, inputs]), ($"{name}.bias", [outputs])];
}
