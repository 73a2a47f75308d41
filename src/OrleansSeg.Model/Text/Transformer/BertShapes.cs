namespace OrleansSeg.Model.Text.Transformer;

/// <summary>Name and shape of every weight of an encoder, told without making it.</summary>
/// <remarks>A checkpoint's header is held against it first, so that a configuration cannot claim more memory than the file has weights.</remarks>
internal static class BertShapes
{
    /// <summary>The weights, in the order of a forward pass.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Of(BertFamilyConfig config)
    {
        long hidden = config.Hidden;
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
            foreach (var (name, shape) in Layer(config, config.Layer(n)))
            {
                yield return ($"encoder.layer.{n}.{name}", shape);
            }
        }
    }

    private static IEnumerable<(string Name, long[] Shape)> Layer(BertFamilyConfig config, LayerShape layer)
    {
        long hidden = config.Hidden, attended = layer.Attended, between = layer.Intermediate;
        return
        [
            .. Product("attention.self.query", hidden, attended),
            .. Product("attention.self.key", hidden, attended),
            .. Product("attention.self.value", hidden, attended),
            .. Product("attention.output.dense", attended, hidden),
            ("attention.output.LayerNorm.weight", [hidden]),
            ("attention.output.LayerNorm.bias", [hidden]),
            .. Product("intermediate.dense", hidden, between),
            .. Product("output.dense", between, hidden),
            ("output.LayerNorm.weight", [hidden]),
            ("output.LayerNorm.bias", [hidden]),
        ];

        IEnumerable<(string Name, long[] Shape)> Product(string name, long inputs, long outputs)
        {
            yield return ($"{name}.weight", [outputs, inputs]);
            yield return ($"{name}.bias", [outputs]);
            if (config.Precision == ComputePrecision.Int8)
            {
                yield return ($"{name}.{Int8Linear.ScaleName}", [outputs]);
            }
        }
    }
}
