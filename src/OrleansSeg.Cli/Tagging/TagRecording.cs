using System.Collections.Immutable;
using OrleansSeg.Client;
using OrleansSeg.Customers;
using OrleansSeg.Events;

namespace OrleansSeg.Cli.Tagging;

/// <summary>Records what was found in a customer's texts.</summary>
/// <param name="customer">The customer's id.</param>
/// <param name="labels">Labels that become events.</param>
/// <param name="writtenAt">When the texts were written.</param>
/// <param name="channel">Where; null for unknown.</param>
internal sealed class TagRecording(string customer, ImmutableHashSet<string> labels, DateTimeOffset writtenAt, string? channel)
{
    /// <summary>Records; durable when it returns.</summary>
    public Task<RecordReceipt> RecordAsync(
        SegmentationClient client, IReadOnlyList<string> texts, IReadOnlyList<ImmutableArray<TagSpan>> found, CancellationToken cancellationToken) => client.RecordAsync(
            customer,
            [.. texts.Zip(found).SelectMany(pair => TaggedEvents.Of(pair.First, pair.Second.Where(span => labels.Contains(span.Label)), writtenAt, channel))],
            cancellationToken);
}
