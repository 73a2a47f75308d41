using System.Collections.Immutable;

namespace OrleansSeg.Model.Tuning.Studies;

/// <summary>A trial under way, as its objective sees it.</summary>
public sealed class Trial
{
    private readonly Func<TrialRecord, ImmutableArray<TrialLoss>, bool> _isHopeless;
    private readonly CancellationTokenSource _giveUp;

    internal Trial(TrialRecord record, int slot, Func<TrialRecord, ImmutableArray<TrialLoss>, bool> isHopeless, CancellationTokenSource giveUp) =>
        (Record, Slot, _isHopeless, _giveUp, Token) = (record, slot, isHopeless, giveUp, giveUp.Token);

    /// <summary>What is tried.</summary>
    public TrialRecord Record { get; }

    /// <summary>Which of the trials at one time it is, from 0.</summary>
    public int Slot { get; }

    /// <summary>Ends when the trial is given up or the study is stopped.</summary>
    public CancellationToken Token { get; }

    /// <summary>Whether it was given up.</summary>
    public bool IsPruned { get; private set; }

    /// <summary>Losses so far.</summary>
    public ImmutableArray<TrialLoss> Losses { get; private set; } = [];

    /// <summary>Reports a loss; one that is no finite number says nothing. Not for several threads.</summary>
    /// <returns>Whether the trial is given up.</returns>
    public bool Report(string stage, int step, double loss)
    {
        if (!IsPruned && double.IsFinite(loss))
        {
            Losses = Losses.Add(new TrialLoss(stage, step, loss));
            if (_isHopeless(Record, Losses))
            {
                IsPruned = true;
                _giveUp.Cancel();
            }
        }

        return IsPruned;
    }
}
