using OrleansSeg.Events;
using OrleansSeg.Model.Features;

namespace OrleansSeg.Model.Training;

/// <summary>Folds one customer at many cutoffs into steps that are shared where they are equal, so that examples cost little memory.</summary>
internal sealed class SharedSteps
{
    private readonly Dictionary<(EventType, DateTimeOffset, int), SequenceToken> _known = [];
    private long _eventCount = -1;
    private SequenceToken[] _steps = [];

    /// <summary>The steps of what is known.</summary>
    public SequenceToken[] Fold(KnownPast past)
    {
        if (past.Aggregates.EventCount != _eventCount)
        {
            _eventCount = past.Aggregates.EventCount;
            _steps = SequenceTokens.Fold(past.Recent);
            for (var i = 0; i < _steps.Length; i++)
            {
                _steps[i] = Share(_steps[i]);
            }
        }

        return _steps;
    }

    private SequenceToken Share(SequenceToken step)
    {
        var key = (step.Type, step.Timestamp, step.EventCount);
        if (_known.TryGetValue(key, out var known)
            && known.Texts.AsSpan().SequenceEqual(step.Texts)
            && known with { Texts = step.Texts } == step)
        {
            return known;
        }

        return _known[key] = step;
    }
}
