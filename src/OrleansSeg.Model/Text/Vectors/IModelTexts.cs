using OrleansSeg.Model.Bundles;

namespace OrleansSeg.Model.Text.Vectors;

/// <summary>How a customer model reads texts: what training fitted, and what is kept of it in the model's bundle.</summary>
public interface IModelTexts : ITextEncoder, IDisposable
{
    /// <summary>Numbers that training fitted.</summary>
    long ParameterCount { get; }

    /// <summary>The bundle of the text encoder that has to be there before the model can be loaded; null where the model's own bundle holds all.</summary>
    string? EncoderHash { get; }

    /// <summary>The same once more for another model; each is disposed by its own.</summary>
    IModelTexts Share();

    /// <summary>Adds what is kept to a bundle.</summary>
    /// <param name="files">Content by file name.</param>
    /// <param name="tensors">Tensors beside the network's own.</param>
    void Save(IDictionary<string, byte[]> files, IDictionary<string, StoredTensor> tensors);
}
