using Orleans.Concurrency;
using OrleansSeg.Models;
using OrleansSeg.Segments;

namespace OrleansSeg.Inference;

/// <summary>The door to this silo's engine: one activation for each key, so that all calls meet in one queue.</summary>
/// <remarks>
/// Reentrant, because a worker that takes one call at a time would make batches of one. Idle workers stay, because the runtime would
/// otherwise replace them after half a second of quiet.
/// </remarks>
[GrainType(TypeName), StatelessWorker(1, false), Reentrant, InferenceSilos, NamedSilo]
internal sealed class InferenceWorkerGrain(InferenceBatcher batcher, ServedModels models) : Grain, IInferenceWorkerGrain
{
    /// <summary>The grain type.</summary>
    public const string TypeName = "seg.inference-worker";

    /// <inheritdoc />
    public Task<ScoringResult> ScoreAsync(ScoringRequest request, CancellationToken cancellationToken)
    {
        // The site is followed already but for the first calls: the others go straight to the engine.
        var followed = models.FollowAsync(request.Site, cancellationToken);
        return followed.IsCompletedSuccessfully ? batcher.ScoreAsync(request, cancellationToken) : ScoreLaterAsync();

        async Task<ScoringResult> ScoreLaterAsync()
        {
            await followed;
            return await batcher.ScoreAsync(request, cancellationToken);
        }
    }

    /// <inheritdoc />
    public async Task<SegmentExplanation> ExplainAsync(string customer, ScoringRequest request, CancellationToken cancellationToken)
    {
        await models.FollowAsync(request.Site, cancellationToken);
        return await batcher.ExplainAsync(customer, request, cancellationToken);
    }
}
