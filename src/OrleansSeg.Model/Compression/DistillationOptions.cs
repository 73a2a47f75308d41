namespace OrleansSeg.Model.Compression;

/// <summary>How a smaller model learns to tell what a larger one tells.</summary>
public sealed record DistillationOptions
{
    /// <summary>Passes over the texts.</summary>
    /// <value>Default 5; 1 to 1,000.</value>
    public int Epochs { get; init; } = 5;

    /// <summary>Texts in a batch.</summary>
    /// <value>Default 32; 1 to 4,096.</value>
    public int BatchSize { get; init; } = 32;

    /// <summary>Peak of the learning rate; null for the usual: 3e-4, and 1e-3 for a narrower student, which begins with new layers.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Labels are compared at this temperature: above 1, unlikely ones count more.</summary>
    /// <value>Default 2; 0.1 to 100.</value>
    public double Temperature { get; init; } = 2;

    /// <summary>Weight of the tokens' states beside what the models tell.</summary>
    /// <value>Default 1; 0 or more.</value>
    public double StatesWeight { get; init; } = 1;

    /// <summary>Seed of everything random.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Checks the bounds.</summary>
    /// <exception cref="ArgumentException">One is not kept; the message names it.</exception>
    public void Check()
    {
        Require(Epochs is >= 1 and <= 1_000, $"{nameof(Epochs)} must be 1 to 1000, not {Epochs}.");
        Require(BatchSize is >= 1 and <= 4_096, $"{nameof(BatchSize)} must be 1 to 4096, not {BatchSize}.");
        Require(LearningRate is null or (> 0 and <= 1), $"{nameof(LearningRate)} must be above 0 to 1, not {LearningRate}.");
        Require(Temperature is >= 0.1 and <= 100, $"{nameof(Temperature)} must be 0.1 to 100, not {Temperature}.");
        Require(StatesWeight is >= 0 and <= 1e6, $"{nameof(StatesWeight)} must be 0 to 1000000, not {StatesWeight}.");
    }

    private static void Require(bool kept, string problem)
    {
        if (!kept)
        {
            throw new ArgumentException(problem);
        }
    }
}
