using Microsoft.Extensions.Options;
using OrleansSeg.Segments;

namespace OrleansSeg.Customers.Scoring;

/// <summary>Which decision an explanation is of.</summary>
/// <param name="Epoch">See <see cref="CustomerState.Epoch"/>.</param>
/// <param name="Revision">See <see cref="CustomerState.Revision"/>.</param>
/// <param name="AssignmentVersion">See <see cref="CustomerState.AssignmentVersion"/>.</param>
internal readonly record struct ExplainedDecision(int Epoch, long Revision, long AssignmentVersion);

/// <summary>An explanation that was computed, or is being computed.</summary>
/// <param name="Decision">What it is of.</param>
/// <param name="Answer">It.</param>
/// <param name="AskedAt">When the model was asked.</param>
internal sealed record KeptExplanation(ExplainedDecision Decision, Task<SegmentExplanation> Answer, DateTimeOffset AskedAt);

/// <summary>The latest explanations of this silo's customers, at most one each. Safe from any thread.</summary>
/// <remarks>
/// In memory and not in the customer's record: an explanation is many times as long as an assignment, is asked for a few customers only, and
/// follows from what is stored, so that losing it costs one computation. Stored, it would be written and read with every event of the customer.
/// </remarks>
internal sealed class ExplanationCache(IOptions<RescoringOptions> options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Customer, KeptExplanation Explanation)>> _places = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Customer, KeptExplanation Explanation)> _latestFirst = [];

    /// <summary>Explanations kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _places.Count;
            }
        }
    }

    /// <summary>The customer's explanation, whatever it is of; null for none.</summary>
    public KeptExplanation? Find(string customer)
    {
        lock (_gate)
        {
            if (!_places.TryGetValue(customer, out var place))
            {
                return null;
            }

            _latestFirst.Remove(place);
            _latestFirst.AddFirst(place);
            return place.Value.Explanation;
        }
    }

    /// <summary>Keeps it in place of the customer's earlier one.</summary>
    public void Keep(string customer, KeptExplanation explanation)
    {
        lock (_gate)
        {
            Remove_NeedsLock(customer);
            _places.Add(customer, _latestFirst.AddFirst((customer, explanation)));
            while (_places.Count > options.Value.ExplanationsKept)
            {
                Remove_NeedsLock(_latestFirst.Last!.Value.Customer);
            }
        }
    }

    /// <summary>Drops the customer's, if there is one.</summary>
    public void Forget(string customer)
    {
        lock (_gate)
        {
            Remove_NeedsLock(customer);
        }
    }

    private void Remove_NeedsLock(string customer)
    {
        if (_places.Remove(customer, out var place))
        {
            _latestFirst.Remove(place);
        }
    }
}
