using System.ComponentModel.DataAnnotations;

namespace OrleansSeg.Model.Text.PreTraining;

/// <summary>Shape and training of a small text model of a shop's own texts.</summary>
public sealed record MaskedLanguageOptions
{
    /// <summary>Most entries of the vocabulary (V).</summary>
    /// <value>Default 8,000; 16 to 100,000.</value>
    [Range(16, 100_000)]
    public int VocabularyMax { get; init; } = 8_000;

    /// <summary>Width of the states (H).</summary>
    /// <value>Default 128; 2 to 1,024, a multiple of <see cref="Heads"/>.</value>
    [Range(2, 1_024)]
    public int Hidden { get; init; } = 128;

    /// <summary>Layers.</summary>
    /// <value>Default 2; 1 to 24.</value>
    [Range(1, 24)]
    public int Layers { get; init; } = 2;

    /// <summary>Attention heads.</summary>
    /// <value>Default 4; 1 to 64.</value>
    [Range(1, 64)]
    public int Heads { get; init; } = 4;

    /// <summary>Most tokens of a text, special ones included.</summary>
    /// <value>Default 64; 8 to 512.</value>
    [Range(8, 512)]
    public int TokensMax { get; init; } = 64;

    /// <summary>Most different texts that are trained on; of more, those of the smallest hashes.</summary>
    /// <value>Default 200,000; 1 to 10,000,000.</value>
    [Range(1, 10_000_000)]
    public int TextsMax { get; init; } = 200_000;

    /// <summary>Passes over the texts; each hides other tokens.</summary>
    /// <value>Default 10; 0 to 1,000.</value>
    [Range(0, 1_000)]
    public int Epochs { get; init; } = 10;

    /// <summary>Texts of a step.</summary>
    /// <value>Default 64; 1 to 4,096.</value>
    [Range(1, 4_096)]
    public int BatchSize { get; init; } = 64;

    /// <summary>Peak of the learning rate.</summary>
    /// <value>Default 0.001; above 0, at most 1.</value>
    [Range(1e-9, 1.0)]
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Share of a text's own tokens that is hidden.</summary>
    /// <value>Default 0.15; 0.01 to 0.9.</value>
    [Range(0.01, 0.9)]
    public double HiddenShare { get; init; } = 0.15;

    /// <summary>Seed of the weights, the order, the hidden tokens and the dropout.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Checks the bounds.</summary>
    /// <exception cref="ValidationException">A value is out of bounds; the message names it.</exception>
    internal void Check()
    {
        Validator.ValidateObject(this, new ValidationContext(this), validateAllProperties: true);
        if (Hidden % Heads != 0)
        {
            throw new ValidationException($"{nameof(Hidden)} is {Hidden}, no multiple of {nameof(Heads)}, {Heads}.");
        }
    }
}
