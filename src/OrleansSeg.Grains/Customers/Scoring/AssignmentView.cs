using System.Collections.Immutable;
using OrleansSeg.Segments;

namespace OrleansSeg.Customers.Scoring;

/// <summary>The answer to look-ups: made once for each durable version, so that asking again allocates nothing.</summary>
/// <remarks>
/// A mutable part of its grain, not an object of its own: with more customers than the processor's cache holds, each object that a look-up
/// goes through costs it a twentieth. For the same reason <see cref="IsStale"/> says what the assignment does without reading it.
/// </remarks>
internal struct AssignmentView(string site, string customerId, CustomerOptions options, ModelWatch models, TimeProvider time)
{
    private SegmentAssignment _assignment = Plain(customerId, SegmentNames.Unknown, stale: false);
    private DateTimeOffset _agesAt = default;
    private bool _mayAge = false;

    /// <summary>Whether the assignment last given is stale.</summary>
    public bool IsStale { get; private set; } = false;

    /// <summary>The assignment as of now.</summary>
    public SegmentAssignment Current
    {
        get
        {
            if (_mayAge && (time.GetUtcNow() >= _agesAt || models.IsAnother(site, _assignment.ModelVersion, _assignment.AssignedAt)))
            {
                _assignment = _assignment with { Stale = true };
                (_mayAge, IsStale) = (false, true);
            }

            return _assignment;
        }
    }

    /// <summary>Takes over a durable version.</summary>
    public void Update(CustomerState state)
    {
        _mayAge = false;
        if (!state.IsKnown)
        {
            _assignment = Plain(customerId, SegmentNames.Unknown, stale: false);
        }
        else if (!state.MayProfile(options))
        {
            _assignment = Plain(customerId, SegmentNames.Unprofiled, stale: false);
        }
        else if (state.Assignment is not { } stored)
        {
            _assignment = Plain(customerId, SegmentNames.Unscored, stale: true);
        }
        else
        {
            _mayAge = stored.Revision == state.Revision;
            _agesAt = stored.AssignedAt + options.RefreshAfter;
            _assignment = new SegmentAssignment(
                customerId,
                stored.Segment,
                [.. stored.Segments.Zip(stored.Probabilities, (segment, probability) => new SegmentProbability(segment, probability))],
                stored.ChurnProbability,
                stored.ExpectedValue,
                stored.ModelVersion,
                stored.AssignedAt,
                stored.EventsSeen,
                Stale: !_mayAge)
            {
                ExpectedValueLow = stored.ExpectedValueLow,
                ExpectedValueHigh = stored.ExpectedValueHigh,
            };
        }

        IsStale = _assignment.Stale;
    }

    private static SegmentAssignment Plain(string customerId, string segment, bool stale) =>
        new(customerId, segment, [], null, null, 0, null, 0, stale);
}
