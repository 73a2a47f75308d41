using CsCheck;
using Microsoft.Extensions.Time.Testing;
using OrleansSeg.Inference;

namespace OrleansSeg.Grains.Tests.Inference;

/// <summary>Random arrivals, departures, clocks and takers: the queue does what the plain model of its rules does.</summary>
public sealed class ScoreQueuePropertyTests
{
    private static readonly Gen<Step> Steps = Gen.Frequency(
        (6, Gen.Select(
            Gen.Int[0, 1], Gen.OneOf(Gen.Int[0, 9], Gen.Int[0, 140]), Gen.Int[0, 2], Gen.Int[-6, 6],
            (site, steps, lane, deadline) => (Step)new Arrive($"site-{site}", steps, (ScoringPriority)lane, deadline <= 0 ? null : deadline))),
        (1, Gen.Int[0, 50].Select(which => (Step)new Leave(which))),
        (2, Gen.Int[0, 3].Select(milliseconds => (Step)new Pass(milliseconds))),
        (3, Gen.Int[0, 3].Select(when => (Step)new Take(when == 3 ? TakeWhen.Due : (TakeWhen)when))));

    private static readonly Gen<InferenceOptions> AnyOptions = Gen.Select(
        Gen.Int[140, 400], Gen.Int[1, 6], Gen.Int[2, 5],
        (budget, size, every) => new InferenceOptions
        {
            TokenBudget = budget, BatchSizeMax = size, LowLaneEvery = every, LingerMax = TimeSpan.FromMilliseconds(2),
        });

    [Fact]
    public void AnyHistory_GivesTheBatchesOfTheRules() =>
        Gen.Select(AnyOptions, Steps.Array[1, 80]).Sample((options, steps) => Run(options, steps), iter: 3_000);

    private static void Run(InferenceOptions options, Step[] steps)
    {
        var time = new FakeTimeProvider();
        var (queue, reference) = (new ScoreQueue(options, time), new ReferenceQueue(options, time));
        var known = new List<PendingScore>();
        foreach (var step in steps)
        {
            switch (step)
            {
                case Arrive arrive:
                    var deadline = arrive.Deadline is { } milliseconds ? time.GetUtcNow().AddMilliseconds(milliseconds) : (DateTimeOffset?)null;
                    var request = Inputs.Request($"{known.Count}", arrive.Steps, arrive.Lane, deadline, arrive.Site);
                    known.Add(new PendingForecast(request, time.GetTimestamp()));
                    queue.Add(known[^1]);
                    reference.Add(known[^1]);
                    break;
                case Leave leave when known.Count > 0:
                    var gone = known[leave.Which % known.Count];
                    Assert.Equal(reference.Remove(gone), queue.Remove(gone));
                    break;
                case Pass pass:
                    time.Advance(TimeSpan.FromMilliseconds(pass.Milliseconds));
                    break;
                case Take take:
                    AssertSameBatch(queue, reference, take.When);
                    break;
                default:
                    break;
            }

            Assert.Equal(reference.Count, queue.Count);
        }

        while (queue.Count > 0)
        {
            AssertSameBatch(queue, reference, TakeWhen.Anything);
        }
    }

    private static void AssertSameBatch(ScoreQueue queue, ReferenceQueue reference, TakeWhen when)
    {
        var (late, expectedLate) = (new List<PendingScore>(), new List<PendingScore>());
        var (batch, expected) = (queue.TryTake(when, late), reference.Take(when, expectedLate));
        Assert.Equal(expectedLate.Select(r => r.Sequence).Order(), late.Select(r => r.Sequence).Order());
        Assert.Equal(expected?.Members.Select(r => r.Sequence), batch?.Requests.Select(r => r.Sequence));
        Assert.Equal(expected?.Trigger, batch?.Trigger);
    }

    internal abstract record Step;

    internal sealed record Arrive(string Site, int Steps, ScoringPriority Lane, int? Deadline) : Step;

    internal sealed record Leave(int Which) : Step;

    internal sealed record Pass(int Milliseconds) : Step;

    internal sealed record Take(TakeWhen When) : Step;
}
