using OrleansSeg.Segments;

namespace OrleansSeg.Inference;

/// <summary>The door to a silo's inference engine. Key: a slot number below 1,024, which any inference silo answers and one goes on to; or what <see cref="InferenceDoors"/> makes of a slot and a silo.</summary>
/// <remarks>Only grains call it: storefronts ask the customer.</remarks>
[GrainInterfaceType("seg.inference-worker"), Alias("seg.inference-worker"), Version(1)]
public interface IInferenceWorkerGrain : IGrainWithIntegerKey
{
    /// <summary>Scores one customer, in a batch with whoever else asks.</summary>
    /// <exception cref="InferenceOverloadedException">The queue is full.</exception>
    /// <exception cref="NoModelException">The site has no model in service.</exception>
    /// <exception cref="ArgumentException">The input is longer than a whole batch may be.</exception>
    [Alias("score")]
    Task<ScoringResult> ScoreAsync([Immutable] ScoringRequest request, CancellationToken cancellationToken);

    /// <summary>Explains the score of one customer, behind everything else that waits.</summary>
    /// <exception cref="InferenceOverloadedException">The queue is full.</exception>
    /// <exception cref="NoModelException">The site has no model in service.</exception>
    [Alias("explain")]
    Task<SegmentExplanation> ExplainAsync(string customer, [Immutable] ScoringRequest request, CancellationToken cancellationToken);
}
