using OrleansSeg.Customers.Scoring;
using OrleansSeg.Inference;
using OrleansSeg.Segments;

namespace OrleansSeg.Customers;

/// <summary>Why a customer is in the segment: asked for rarely, computed once for each assignment.</summary>
internal sealed partial class CustomerGrain
{
    /// <inheritdoc />
    public async Task<SegmentExplanation> ExplainAsync(CancellationToken cancellationToken)
    {
        var state = _journal.State;
        if (!state.IsKnown || !state.MayProfile(_options))
        {
            throw new InvalidOperationException(state.IsKnown
                ? $"Customer '{_key.CustomerId}' did not consent to profiling."
                : $"Nothing is known of customer '{_key.CustomerId}'.");
        }

        var explained = new ExplainedDecision(state.Epoch, state.Revision, state.AssignmentVersion);
        var kept = _explanations.Find(_key.GrainKey);
        if (kept is null || kept.Decision != explained || IsOutdated(kept))
        {
            // The activation's token, not the caller's: whoever asks meanwhile waits for the same computation.
            kept = new KeptExplanation(explained, ComputeExplanationAsync(_stop.Token), _time.GetUtcNow());
            _explanations.Keep(_key.GrainKey, kept);
        }

        try
        {
            return await kept.Answer.WaitAsync(cancellationToken);
        }
        catch (NoModelException exception)
        {
            throw new InvalidOperationException(exception.Message, exception);
        }
    }

    private bool IsOutdated(KeptExplanation kept) => kept.Answer.IsCompleted
        && (!kept.Answer.IsCompletedSuccessfully || _models.IsAnother(_key.Site, kept.Answer.Result.ModelVersion, kept.AskedAt));

    private async Task<SegmentExplanation> ComputeExplanationAsync(CancellationToken cancellationToken)
    {
        var request = await ReadAsync(async state =>
        {
            var (input, _) = await ScoringInput.BuildAsync(state, _journal.Hot, _journal.Pages, ExplainedInstant(state), cancellationToken);
            return new ScoringRequest(_key.Site, input, ScoringPriority.Backfill, null) { Lifetime = state.Aggregates };
        });
        return await _doors.Of(_key).ExplainAsync(_key.CustomerId, request, cancellationToken);
    }

    /// <summary>When the assignment was made, if it is up to date: the explanation is of that decision. Otherwise now.</summary>
    private DateTimeOffset ExplainedInstant(CustomerState state) =>
        _rescoring.AsOf is null && state.Assignment is { } assignment && assignment.Revision == state.Revision
            && !_models.IsAnother(_key.Site, assignment.ModelVersion, assignment.AssignedAt)
            ? assignment.AssignedAt
            : _rescoring.ScoringTime(_time);
}
