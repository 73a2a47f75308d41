using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Grains.Tests.Clusters;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>Makes a trainer late: in a round it says that it works until the next round has begun, which waits for what it then has to report.</summary>
/// <remarks>Who reports in which round then hangs on no clock, whatever breaks meanwhile.</remarks>
internal sealed class Straggler(ShopCluster cluster, string federation, string trainer, int round) : IDisposable
{
    private readonly string _key = TrainerKey.Of(federation, trainer);
    private IDisposable? _rule;
    private bool _hasJumped;
    private volatile bool _isNextRound;
    private volatile bool _hasCome;

    /// <summary>Whether it ever reports.</summary>
    public bool Comes { get; init; } = true;

    /// <summary>Begins to answer for trainers.</summary>
    public void Begin() => _rule = cluster.Calls.On<IFederatedTrainerGrain>("AskAsync", async call =>
    {
        var (order, key) = ((StepOrder)call.Request.GetArgument(0)!, call.TargetId.Key.ToString()!);
        if (key.EndsWith($"@{federation}", StringComparison.Ordinal) && order.Step.Phase == RunPhase.Training
            && (key == _key ? order.Step.Round == round && !(_isNextRound && Comes) : order.Step.Round == round + 1 && !_hasCome))
        {
            call.Result = new StepReport(order.Step, TrainerStepState.Working, null, null);
            return;
        }

        await call.Invoke();
    });

    /// <summary>Looks at the run, and brings about what it waits for.</summary>
    public void Look(RunStatus status)
    {
        if (!_hasJumped && (status.Phase, status.Round) == (RunPhase.Training, round) && status.Trainers.Count(one => one.State == TrainerStepState.Reported) == status.Trainers.Length - 1)
        {
            _hasJumped = true;
            cluster.Jump(status.Plan.DeadlineMin * 3);
        }

        _isNextRound |= status.Phase == RunPhase.Training && status.Round > round;
        _hasCome |= status.Phase == RunPhase.Training && status.Round > round
            && (status.Plan.LateUpdates == "drop" || !Comes || status.Trainers.Any(one => one.Trainer == trainer && one.Detail?.Contains("has come", StringComparison.Ordinal) == true));
    }

    public void Dispose() => _rule?.Dispose();
}
