using System.Collections.Immutable;
using OrleansSeg.Events;

namespace OrleansSeg.Customers;

/// <summary>Streams the histories of one partition to a trainer, consent checked. Key: <see cref="PartitionKey"/>.</summary>
/// <remarks>Only grains call it. Read it through <see cref="TrainingHistories.ReadTrainingHistoriesAsync"/>, which puts split histories together.</remarks>
[GrainInterfaceType("seg.training-history"), Alias("seg.training-history"), Version(1)]
public interface ITrainingHistoryGrain : IGrainWithStringKey
{
    /// <summary>The next histories in key order, under 1 MiB in all; a long history continues in the next batch.</summary>
    /// <param name="pageToken">The <see cref="TrainingHistoryBatch.NextPageToken"/> of the batch before; null for the first.</param>
    /// <param name="watermark">Events first stored after it are left out, so that a run sees one state of the data; null for all.</param>
    /// <param name="cancellationToken">Stops between two reads.</param>
    /// <exception cref="ArgumentException">The page token is not one of this partition.</exception>
    [Alias("read")]
    Task<TrainingHistoryBatch> ReadAsync(string? pageToken, DateTimeOffset? watermark, CancellationToken cancellationToken);

    /// <summary>The time before which retention has dropped events of some type: features as of an earlier cutoff would be wrong. Null for none.</summary>
    [Alias("retained-from")]
    Task<DateTimeOffset?> GetRetainedFromAsync();
}

/// <summary>Some histories, or parts of them.</summary>
/// <param name="Parts">The parts; those of one customer follow one another.</param>
/// <param name="NextPageToken">Where to go on, or null at the end.</param>
[GenerateSerializer, Immutable, Alias("seg.training-history-batch")]
public sealed record TrainingHistoryBatch(
    [property: Id(0)] ImmutableArray<TrainingHistoryPart> Parts, [property: Id(1)] string? NextPageToken);

/// <summary>One customer's history, or a part of it.</summary>
/// <param name="CustomerId">The shop's id, unescaped.</param>
/// <param name="Events">Events, oldest first; they follow those of the part before.</param>
/// <param name="Attributes">Profile attributes as they are now.</param>
/// <param name="IsLast">Whether the history ends here.</param>
/// <param name="IsWithdrawn">Consent was withdrawn, or the customer erased, since the part before: earlier parts do not count either.</param>
[GenerateSerializer, Immutable, Alias("seg.training-history-part")]
public sealed record TrainingHistoryPart(
    [property: Id(0)] string CustomerId,
    [property: Id(1)] ImmutableArray<BehaviourEvent> Events,
    [property: Id(2)] ImmutableDictionary<string, string> Attributes,
    [property: Id(3)] bool IsLast,
    [property: Id(4)] bool IsWithdrawn = false);
