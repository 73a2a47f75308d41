using System.Collections.Frozen;
using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace OrleansSeg.Events;

/// <summary>Makes events of what a text tells that its writer did.</summary>
/// <remarks>
/// A purchase told in words has neither price nor order, so it counts as a day on which something was bought and adds nothing spent; where the shop's
/// own orders are imported too, <c>buy</c> should be left out. The same text at the same time gives the same event ids, so that recording it
/// again adds nothing.
/// </remarks>
public static class TaggedEvents
{
    /// <summary>What each label stands for.</summary>
    public static FrozenDictionary<string, EventType> Types { get; } = new Dictionary<string, EventType>
    {
        ["buy"] = EventType.Purchase,
        ["search"] = EventType.Search,
        ["follow"] = EventType.Social,
        ["evaluate"] = EventType.Review,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The events of a text; stretches whose label stands for none make none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="spans">Its labelled stretches.</param>
    /// <param name="timestamp">When it was written.</param>
    /// <param name="channel">Where; null for unknown.</param>
    public static IEnumerable<BehaviourEvent> Of(string text, IEnumerable<TagSpan> spans, DateTimeOffset timestamp, string? channel = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(spans);
        foreach (var span in spans)
        {
            if (Types.TryGetValue(span.Label, out var type))
            {
                var said = string.Create(CultureInfo.InvariantCulture, $"{timestamp.UtcTicks}/{span.Start}/{span.Label}/{text}");
                yield return new BehaviourEvent
                {
                    EventId = $"tag-{XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(said)):x32}",
                    Type = type,
                    Timestamp = timestamp.ToUniversalTime(),
                    Channel = channel,
                    Text = text[span.Start..span.End],
                };
            }
        }
    }
}
