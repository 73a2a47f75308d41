using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.PreTraining;

/// <summary>How well hidden tokens of texts that were not trained on are told.</summary>
/// <param name="Loss">Mean cross-entropy, in nats.</param>
/// <param name="Accuracy">Share told right.</param>
/// <param name="Tokens">How many were hidden.</param>
public sealed record HiddenTokenScore(double Loss, double Accuracy, int Tokens);

/// <summary>A small text model that a shop's own texts made.</summary>
public sealed class PretrainedText : IDisposable
{
    private readonly BertEncoder _encoder;
    private readonly MaskedHead _head;

    internal PretrainedText(BertEncoder encoder, MaskedHead head, IReadOnlyList<string> vocabulary, HiddenTokenScore before, HiddenTokenScore after)
    {
        (_encoder, _head, Vocabulary, Before, After) = (encoder, head, vocabulary, before, after);
    }

    /// <summary>(V) entries in the order of their ids.</summary>
    public IReadOnlyList<string> Vocabulary { get; }

    /// <summary>Its shape.</summary>
    public BertFamilyConfig Config => _encoder.Config;

    /// <summary>The score before training.</summary>
    public HiddenTokenScore Before { get; }

    /// <summary>The score after it.</summary>
    public HiddenTokenScore After { get; }

    /// <summary>Saves it as Hugging Face lays checkpoints out; <see cref="TransformerTextEncoder.Load"/> reads it, and so does any other program that reads those.</summary>
    /// <param name="folder">The folder; files of the same names are replaced.</param>
    public void Save(string folder) => CheckpointWriter.Write(folder, _encoder, _head, Vocabulary);

    /// <inheritdoc />
    public void Dispose()
    {
        _encoder.Dispose();
        _head.Dispose();
    }
}
