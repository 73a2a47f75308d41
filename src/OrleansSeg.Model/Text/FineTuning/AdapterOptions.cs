using System.Collections.Immutable;

namespace OrleansSeg.Model.Text.FineTuning;

/// <summary>How an adapter changes an encoder.</summary>
public enum AdapterKind
{
    /// <summary>Low-rank changes of products (Hu et al. 2021, arXiv:2106.09685).</summary>
    Lora,

    /// <summary>Low-rank changes whose ranks are given to the products that need them (Zhang et al. 2023, arXiv:2303.10512).</summary>
    AdaLora,

    /// <summary>A narrow layer behind every residual product (Houlsby et al. 2019, arXiv:1902.00751).</summary>
    Bottleneck,
}

/// <summary>Shape of an adapter.</summary>
public sealed record AdapterOptions
{
    /// <summary>How it changes the encoder.</summary>
    public AdapterKind Kind { get; init; }

    /// <summary>Rank of each change (R), or width of each narrow layer; with rank allocation, where it begins.</summary>
    /// <value>Default 8; 1 to 1,024.</value>
    public int Rank { get; init; } = 8;

    /// <summary>Changes are scaled by it over the rank.</summary>
    /// <value>Default 16; above 0.</value>
    public double Alpha { get; init; } = 16;

    /// <summary>Dropout on what goes into a change, in training.</summary>
    /// <value>Default 0.05; 0 to below 1.</value>
    public double Dropout { get; init; } = 0.05;

    /// <summary>Products that are changed, by the ends of their names in BERT's layout, such as <c>query</c>, <c>attention.output.dense</c>; of no use to narrow layers.</summary>
    /// <value>Default query and value; those of the paper.</value>
    public ImmutableArray<string> Targets { get; init; } = ["query", "value"];

    /// <summary>Every product of every layer.</summary>
    public static ImmutableArray<string> AllTargets { get; } = ["query", "key", "value", "dense"];

    /// <summary>Checks the bounds.</summary>
    /// <exception cref="ArgumentException">One is not kept; the message names it.</exception>
    public void Check()
    {
        Require(Rank is >= 1 and <= 1_024, $"{nameof(Rank)} must be 1 to 1024, not {Rank}.");
        Require(double.IsFinite(Alpha) && Alpha > 0, $"{nameof(Alpha)} must be above 0, not {Alpha}.");
        Require(Dropout is >= 0 and < 1, $"{nameof(Dropout)} must be 0 to below 1, not {Dropout}.");
        Require(Kind == AdapterKind.Bottleneck || !Targets.IsDefaultOrEmpty, $"{nameof(Targets)} must name a product.");
    }

    private static void Require(bool kept, string problem)
    {
        if (!kept)
        {
            throw new ArgumentException(problem);
        }
    }
}
