using OrleansSeg.Events;

namespace OrleansSeg.Model.Features;

/// <summary>Makes what the model sees: training and serving both come through here, so they cannot differ.</summary>
public static class CustomerInputBuilder
{
    /// <summary>Builds the input of one customer.</summary>
    /// <param name="aggregates">Facts of every event up to <paramref name="asOf"/>.</param>
    /// <param name="recent">The latest events up to <paramref name="asOf"/> in <see cref="EventOrder"/>, at least
    /// <see cref="SequenceTokens.EventCountMax"/> of them or all there are.</param>
    /// <param name="attributes">Profile attributes.</param>
    /// <param name="asOf">The instant to describe.</param>
    public static CustomerInput Build(
        LifetimeAggregates aggregates,
        ReadOnlySpan<BehaviourEvent> recent,
        IEnumerable<KeyValuePair<string, string>> attributes,
        DateTimeOffset asOf) => Build(aggregates, SequenceTokens.Fold(recent), Describe(attributes), asOf);

    /// <summary>Builds the input from parts that other inputs of the customer share.</summary>
    internal static CustomerInput Build(LifetimeAggregates aggregates, SequenceToken[] steps, string[] attributes, DateTimeOffset asOf) => new()
    {
        AsOf = asOf,
        Aggregates = AggregateFeatures.Compute(aggregates, asOf),
        Tokens = steps,
        Attributes = attributes,
    };

    /// <summary>Attributes as the model reads them: <c>name=value</c>, ordinally sorted.</summary>
    internal static string[] Describe(IEnumerable<KeyValuePair<string, string>> attributes) =>
        [.. attributes.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal)];
}
