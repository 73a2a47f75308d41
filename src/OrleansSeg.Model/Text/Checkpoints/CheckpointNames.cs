using OrleansSeg.Model.Text.Transformer;

namespace OrleansSeg.Model.Text.Checkpoints;

/// <summary>What Hugging Face's checkpoints call the weights that <see cref="BertEncoder"/> and its heads name after BERT.</summary>
/// <param name="family">Whose names.</param>
/// <param name="prefix">What stands before the encoder's names, such as <c>bert.</c>; empty where the encoder was saved alone.</param>
internal sealed class CheckpointNames(BertFamily family, string prefix)
{
    private const string Words = "embeddings.word_embeddings.weight";

    private static readonly (string Ours, string Theirs)[] DistilBert =
    [
        ("encoder.layer.", "transformer.layer."),
        (".attention.self.query.", ".attention.q_lin."),
        (".attention.self.key.", ".attention.k_lin."),
        (".attention.self.value.", ".attention.v_lin."),
        (".attention.output.dense.", ".attention.out_lin."),
        (".attention.output.LayerNorm.", ".sa_layer_norm."),
        (".intermediate.dense.", ".ffn.lin1."),
        (".output.dense.", ".ffn.lin2."),
        (".output.LayerNorm.", ".output_layer_norm."),
    ];

    /// <summary>Finds the prefix by the one tensor that every checkpoint has.</summary>
    /// <exception cref="CheckpointException">No tensor is a token table, or several are.</exception>
    public static CheckpointNames Find(BertFamily family, IEnumerable<string> tensors)
    {
        var tables = tensors.Where(name => name == Words || name.EndsWith("." + Words, StringComparison.Ordinal)).ToList();
        return tables.Count == 1
            ? new CheckpointNames(family, tables[0][..^Words.Length])
            : throw new CheckpointException($"The weights have {tables.Count} tensors that end in '{Words}'; one is expected.");
    }

    /// <summary>Names that a weight of the encoder may have, the usual one first.</summary>
    public IEnumerable<string> OfEncoder(string name) => WithOlder(prefix + Translate(name));

    /// <summary>Names that a weight of BERT's pooler may have.</summary>
    public IEnumerable<string> OfPooler(string name) => [$"{prefix}pooler.{name}"];

    /// <summary>Names that a weight of a head may have, the usual one first.</summary>
    public IEnumerable<string> OfHead(TextHead head, string name) => head switch
    {
        TextHead.SequenceClassification => [OfSequenceHead(name)],
        TextHead.TokenClassification => [name],
        TextHead.MaskedLanguage => OfMaskedHead(name).SelectMany(WithOlder),
        _ => throw new ArgumentOutOfRangeException(nameof(head), head, "There are no weights of no head."),
    };

    private string OfSequenceHead(string name) => family switch
    {
        BertFamily.Bert => name.StartsWith("pooler.", StringComparison.Ordinal) ? prefix + name : name,
        BertFamily.Roberta => name.Replace("classifier.", "classifier.out_proj.", StringComparison.Ordinal).Replace("pooler.", "classifier.", StringComparison.Ordinal),
        _ => name.Replace("pooler.dense.", "pre_classifier.", StringComparison.Ordinal),
    };

    private IEnumerable<string> OfMaskedHead(string name) => (family, name) switch
    {
        (BertFamily.Bert, "bias") => ["cls.predictions.bias", "cls.predictions.decoder.bias"],
        (BertFamily.Bert, _) => [$"cls.predictions.transform.{name}"],
        (BertFamily.Roberta, "bias") => ["lm_head.bias", "lm_head.decoder.bias"],
        (BertFamily.Roberta, _) => ["lm_head." + name.Replace("LayerNorm.", "layer_norm.", StringComparison.Ordinal)],
        (_, "bias") => ["vocab_projector.bias"],
        _ => [name.Replace("dense.", "vocab_transform.", StringComparison.Ordinal).Replace("LayerNorm.", "vocab_layer_norm.", StringComparison.Ordinal)],
    };

    private string Translate(string name) =>
        family == BertFamily.DistilBert
            ? DistilBert.Aggregate(name, (named, pair) => named.Replace(pair.Ours, pair.Theirs, StringComparison.Ordinal))
            : name;

    // Checkpoints converted from TensorFlow, bert-base-uncased among them, call a normalization's weight gamma and its bias beta.
    private static IEnumerable<string> WithOlder(string name)
    {
        yield return name;
        if (name.Contains("LayerNorm.", StringComparison.Ordinal))
        {
            yield return name.Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal)
                .Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal);
        }
    }
}
