using OrleansSeg.Model.Sequences;

namespace OrleansSeg.Model.Training;

/// <summary>Which sets a customer's examples may be in.</summary>
[Flags]
internal enum LabelPart
{
    /// <summary>Examples that are fitted.</summary>
    Training = 1,

    /// <summary>Examples that stop and calibrate.</summary>
    Validation = 2,

    /// <summary>Examples that are reported on.</summary>
    Test = 4,

    /// <summary>All of them, each at its own time.</summary>
    Every = Training | Validation | Test,
}

/// <summary>
/// Keeps customers apart where labels are their own: one who has the same label at every cutoff would be recognised at the later ones, and a
/// test on such customers would measure memory.
/// </summary>
internal static class LabelHoldout
{
    private const int Parts = 10;

    /// <summary>A fifth of the customers validates, a fifth tests where there is a test, and the rest is trained on; by hash, so always the same.</summary>
    public static LabelPart PartOf(string customerId, bool isTested) => (int)(StableHash.Of(customerId, 0x6c6162656c) % Parts) switch
    {
        0 or 1 => LabelPart.Validation,
        2 or 3 when isTested => LabelPart.Test,
        _ => LabelPart.Training,
    };
}
