using OrleansSeg.Model.Tests.Text.Checkpoints;
using OrleansSeg.Model.Text.Transformer;

namespace OrleansSeg.Model.Tests.Text.Vectors;

/// <summary>A folder with a text encoder small enough for tests, that knows the small shop's words. To be disposed.</summary>
internal sealed class TinyEncoder : IDisposable
{
    private static readonly string[] Words =
    [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "blue", "green", "mug", "tea", "##pot", "strainer", "paper", "chain", "gift", "wrap", "candle",
        "holder", "scented", "a", "b", "c", "d",
    ];

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("orleansseg-encoder-");

    public TinyEncoder()
    {
        Directory.CreateDirectory(Folder);
        var config = TinyCheckpoint.Config(BertFamily.Bert) with { VocabularySize = Words.Length };
        TinyCheckpoint.Save(Folder, config, TinyCheckpoint.Weights(config, ""));
        File.WriteAllLines(Path.Combine(Folder, "vocab.txt"), Words);
        File.WriteAllText(Path.Combine(Folder, "modules.json"), """
            [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
             {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
            """);
        Directory.CreateDirectory(Path.Combine(Folder, "1_Pooling"));
        File.WriteAllText(Path.Combine(Folder, "1_Pooling", "config.json"), """{"pooling_mode_mean_tokens": true}""");
        File.WriteAllText(Path.Combine(Folder, "sentence_bert_config.json"), """{"max_seq_length": 8}""");
    }

    /// <summary>The encoder's folder.</summary>
    public string Folder => Path.Combine(_root.FullName, "encoder");

    /// <summary>A folder of bundles beside it.</summary>
    public string Store => Path.Combine(_root.FullName, "models");

    public void Dispose() => _root.Delete(recursive: true);
}
