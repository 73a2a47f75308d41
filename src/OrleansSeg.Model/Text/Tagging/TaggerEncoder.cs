using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.FineTuning;
using OrleansSeg.Model.Text.Tokenization;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Tagging;

/// <summary>An encoder that several taggers share, each with an adapter and a head of its own: its weights are in memory once.</summary>
/// <remarks>Taggers made of it answer from any thread, at the same time; nobody disposes it while one of them is in use.</remarks>
public sealed class TaggerEncoder : IDisposable
{
    private readonly TextTokenizer _tokenizer;
    private readonly BertEncoder _encoder;

    private TaggerEncoder(TextTokenizer tokenizer, BertEncoder encoder) => (_tokenizer, _encoder) = (tokenizer, encoder);

    /// <summary>Loads the encoder of a folder, whatever head it has.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="device">Where the weights will live; null for the CPU.</param>
    /// <exception cref="CheckpointException">The folder is none that can be loaded.</exception>
    public static TaggerEncoder Load(string folder, Device? device = null)
    {
        var tokenizer = TextTagger.ReadTokenizer(folder);
        return new TaggerEncoder(tokenizer, TextCheckpoint.Load(folder, device).Encoder);
    }

    /// <summary>A tagger on this encoder: of a folder that <see cref="TaggerParts"/> wrote.</summary>
    /// <param name="folder">Head, labels and adapter.</param>
    /// <exception cref="CheckpointException">A file is missing or malformed, or made for another encoder.</exception>
    public TextTagger Open(string folder)
    {
        var labels = TaggerParts.ReadLabels(folder);
        var head = new TokenHead(_encoder.Config with { Head = TextHead.TokenClassification, Labels = labels.Names });
        try
        {
            TaggerParts.ReadHead(folder, head);
            head.to(_encoder.Words.device).to(_encoder.Words.dtype);
            return new TextTagger(_tokenizer, _encoder, head, labels, AdapterFolder.IsIn(folder) ? AdapterFolder.Load(folder, _encoder) : null, sharesEncoder: true);
        }
        catch
        {
            head.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _encoder.Dispose();
}
