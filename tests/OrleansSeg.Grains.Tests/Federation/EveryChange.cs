using System.Globalization;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>Which changes of a run fail: in run after run, each of them once.</summary>
/// <remarks>
/// One failure in each run takes as many runs as a run has changes. Several in one prove the same, as what any of them spoils is in the
/// run's end, and besides that a run which has outlived one outlives the next. They must be so far apart that nobody fails one step so
/// often as to be given up.
/// </remarks>
/// <param name="apart">Each run breaks every so-manieth change; 0 breaks a single one.</param>
internal sealed class EveryChange(int apart = 0)
{
    private int _first;
    private int _seen;
    private int _brokenBefore;
    private int _broken;

    /// <summary>Changes broken so far.</summary>
    public int Broken => Volatile.Read(ref _broken);

    /// <summary>Begins the next run; false when every change has had its turn.</summary>
    public bool Next()
    {
        var isOver = _first > 0 && (apart == 0 ? Broken == _brokenBefore : _first == apart);
        (_first, _seen, _brokenBefore) = (_first + 1, 0, Broken);
        return !isOver;
    }

    /// <summary>To be asked at every change: whether it is to fail.</summary>
    public bool Fails()
    {
        var number = Interlocked.Increment(ref _seen);
        var fails = apart == 0 ? number == _first : number % apart == _first % apart;
        if (fails)
        {
            Interlocked.Increment(ref _broken);
        }

        return fails;
    }

    /// <summary>The run under way, for the message when it ends otherwise than it should.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"change {_first}{(apart == 0 ? "" : $" and every {apart}th after it")} broken");
}
