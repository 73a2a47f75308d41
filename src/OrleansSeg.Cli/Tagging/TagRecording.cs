using System.Collections.Immutable;
using OrleansSeg.Cli.Verbs;
using OrleansSeg.Customers;
using OrleansSeg.Events;
using OrleansSeg.Model.Text.Tagging;

namespace OrleansSeg.Cli.Tagging;

/// <summary>Records what was found in a customer's texts.</summary>
/// <param name="context">The verb.</param>
/// <param name="customer">The customer's id.</param>
/// <param name="labels">Labels that become events.</param>
/// <param name="writtenAt">When the texts were written; null for now.</param>
/// <param name="channel">Where; null for unknown.</param>
internal sealed class TagRecording(VerbContext context, string customer, ImmutableHashSet<string> labels, DateTimeOffset? writtenAt, string? channel)
{
    /// <summary>Records; durable when it returns.</summary>
    public async Task<RecordReceipt> RecordAsync(IReadOnlyList<string> texts, IReadOnlyList<ImmutableArray<TagSpan>> found, CancellationToken cancellationToken)
    {
        var at = writtenAt ?? context.Settings.AsOf ?? TimeProvider.System.GetUtcNow();
        ImmutableArray<BehaviourEvent> events = [.. texts.Zip(found).SelectMany(pair => TaggedEvents.Of(pair.First, pair.Second.Where(span => labels.Contains(span.Label)), at, channel))];
        await using var session = await context.OpenAsync(cancellationToken);
        return await session.Client.RecordAsync(customer, events, cancellationToken);
    }
}
