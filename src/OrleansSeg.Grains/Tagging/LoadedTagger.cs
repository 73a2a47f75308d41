using OrleansSeg.Inference;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Text.Tagging;

namespace OrleansSeg.Tagging;

/// <summary>A tagger in this silo's memory, on an encoder that others may use too.</summary>
/// <param name="hash">Hash of its bundle.</param>
/// <param name="tagger">Head, labels and adapter on the encoder.</param>
/// <param name="encoder">The encoder, used until this is disposed.</param>
internal sealed class LoadedTagger(string hash, TextTagger tagger, Counted<TaggerEncoder> encoder) : IDisposable
{
    /// <summary>Hash of its bundle.</summary>
    public string Hash => hash;

    /// <summary>What answers.</summary>
    public TextTagger Tagger => tagger;

    /// <summary>What it answers with.</summary>
    public Counted<TaggerEncoder> Encoder => encoder;

    /// <inheritdoc />
    public void Dispose()
    {
        tagger.Dispose();
        encoder.Release();
    }
}
