using System.Collections.Immutable;

namespace OrleansSeg.Model.Sequences;

/// <summary>The network's shape; stored in the bundle's <c>config.json</c>.</summary>
public sealed record NetworkConfig
{
    /// <summary>What is trained where nothing else is asked for.</summary>
    /// <remarks>
    /// Chosen on Online Retail II at three cutoffs whose futures end before the first that the README reports: log loss .855, against .862 with
    /// two layers of 64 and .868 with a recurrent unit of 64.
    /// </remarks>
    public static NetworkConfig Default { get; } = new() { Encoders = [SequenceEncoderKind.Transformer], AttentionLayers = 1, Hidden = 96, Dropout = 0.4 };

    /// <summary>What reads the steps, one member of the network for each.</summary>
    /// <value>Recurrent where a bundle does not say, since older ones do not.</value>
    public ImmutableArray<SequenceEncoderKind> Encoders { get; init; } = [SequenceEncoderKind.Gru];

    /// <summary>Hidden units of the sequence encoder (H).</summary>
    public int Hidden { get; init; } = 64;

    /// <summary>Layers of a transformer.</summary>
    public int AttentionLayers { get; init; } = 2;

    /// <summary>Width of the text vectors that enter the network (X); 0 for no text.</summary>
    public int TextWidth { get; init; } = 32;

    /// <summary>Waves that tell a step's age, beside its logarithm: sine and cosine of periods from 2 days on, each twice as long as the one before.</summary>
    public int TimeWaves { get; init; }

    /// <summary>Whether steps tell their day of the week and of the year, and the day of the year that is asked about.</summary>
    public bool Calendar { get; init; }

    /// <summary>Hash buckets of categories.</summary>
    public int CategoryBuckets { get; init; } = 512;

    /// <summary>Hash buckets of profile attributes.</summary>
    public int AttributeBuckets { get; init; } = 256;

    /// <summary>Width of the fusion layers.</summary>
    public int FusionWidth { get; init; } = 128;

    /// <summary>Dropout in training.</summary>
    public double Dropout { get; init; } = 0.2;

    /// <summary>Whether aggregates and attributes enter; without them the network is the sequence-only baseline.</summary>
    public bool UseAggregates { get; init; } = true;

    /// <summary>Width of the normalized aggregates (W).</summary>
    public int AggregateWidth { get; init; }

    /// <summary>Segments (S).</summary>
    public int Segments { get; init; }

    /// <summary>Names of the raw aggregate features the normalizer was fitted on: a bundle of other features is refused.</summary>
    public ImmutableArray<string> FeatureNames { get; init; } = [];

    /// <summary>Numbers that a step has (N), see <see cref="InputEncoder"/>.</summary>
    internal int StepNumbers => InputEncoder.PlainNumbers + (2 * TimeWaves) + (Calendar ? InputEncoder.CalendarNumbers : 0);

    /// <summary>Checks that a network of this shape can be made.</summary>
    /// <exception cref="InvalidDataException">A size is out of bounds; the message names it.</exception>
    internal void Check()
    {
        Check(Encoders.IsDefault ? 0 : Encoders.Length, 1, 16, nameof(Encoders));
        if (Encoders.Any(kind => !Enum.IsDefined(kind)) || (!UseAggregates && Encoders.Contains(SequenceEncoderKind.None)))
        {
            throw new InvalidDataException($"{nameof(Encoders)} has one that is not known, or one that reads nothing in a network without aggregates.");
        }

        Check(Hidden, 1, 4_096, nameof(Hidden));
        Check(AttentionLayers, 1, 24, nameof(AttentionLayers));
        Check(TextWidth, 0, 4_096, nameof(TextWidth));
        Check(TimeWaves, 0, 16, nameof(TimeWaves));
        Check(CategoryBuckets, 2, 1 << 20, nameof(CategoryBuckets));
        Check(AttributeBuckets, 2, 1 << 20, nameof(AttributeBuckets));
        Check(FusionWidth, 1, 4_096, nameof(FusionWidth));
        Check(AggregateWidth, 0, 4_096, nameof(AggregateWidth));
        Check(Segments, 1, 1_024, nameof(Segments));
    }

    private static void Check(int size, int min, int max, string name)
    {
        if (size < min || size > max)
        {
            throw new InvalidDataException($"{name} is {size}; {min} to {max} are possible.");
        }
    }
}
