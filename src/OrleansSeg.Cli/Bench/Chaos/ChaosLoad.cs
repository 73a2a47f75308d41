using System.Collections.Concurrent;
using System.Globalization;
using OrleansSeg.Client;
using OrleansSeg.Events;
using OrleansSeg.Segments;

namespace OrleansSeg.Cli.Bench.Chaos;

/// <summary>A storefront under way: callers that record and callers that look up, until they are told to stop.</summary>
internal sealed class ChaosLoad(SegmentationClient client, ChaosSettings settings, Ledger ledger, Outages outages, TimeProvider time)
{
    private const int TextLengthMax = 400;
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    private readonly DateTimeOffset _began = time.GetUtcNow();
    private readonly ConcurrentQueue<string> _problems = new();
    private long _lookups;
    private long _lookupFailures;
    private long _recordsFailed;
    private long _worstRecoveryTicks;
    private int _number;

    /// <summary>Look-ups asked for.</summary>
    public long Lookups => Volatile.Read(ref _lookups);

    /// <summary>Look-ups that were not answered in time, or as if nothing were known.</summary>
    public long LookupFailures => Volatile.Read(ref _lookupFailures);

    /// <summary>Attempts to record that failed.</summary>
    public long RecordsFailed => Volatile.Read(ref _recordsFailed);

    /// <summary>Longest time that a look-up took, while there was somebody to answer.</summary>
    public TimeSpan WorstRecovery => TimeSpan.FromTicks(Volatile.Read(ref _worstRecoveryTicks));

    /// <summary>What was not as it must be, in words.</summary>
    public IReadOnlyCollection<string> Problems => _problems;

    /// <summary>The n-th customer's id; it holds a character that storage keys forbid.</summary>
    public static string CustomerId(int number) => string.Create(CultureInfo.InvariantCulture, $"customer/{number}");

    /// <summary>Records one event of every customer, so that each is known before the first fault.</summary>
    public async Task FillAsync(CancellationToken cancellationToken)
    {
        var random = new Random(settings.Seed);
        for (var customer = 0; customer < settings.Customers; customer++)
        {
            var sent = NewEvent(random, customer);
            await client.RecordAsync(sent.CustomerId, [sent.Event], cancellationToken);
            ledger.Acknowledge(sent.Event.EventId);
        }
    }

    /// <summary>Runs until stopped; what is under way then is finished first.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(
        Enumerable.Range(0, settings.Recorders).Select(n => Task.Run(() => RecordAsync(new Random(Seed(n)), stop), CancellationToken.None))
            .Concat(Enumerable.Range(0, settings.Readers).Select(n => Task.Run(() => LookUpAsync(new Random(Seed(1_000 + n)), stop), CancellationToken.None))));

    private async Task RecordAsync(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var sent = NewEvent(random, random.Next(settings.Customers));

            // Most failures are repeated with the same id until there is an answer; some are left as they are, in or out.
            var attempts = random.Next(8) == 0 ? 1 : int.MaxValue;
            for (var attempt = 1; attempt <= attempts && !stop.IsCancellationRequested; attempt++)
            {
                if (await TryRecordAsync(sent))
                {
                    break;
                }

                await Task.Delay(RetryPause, CancellationToken.None);
            }

            await PauseAsync(random);
        }
    }

    private async Task<bool> TryRecordAsync(CustomerEvent sent)
    {
        try
        {
            var receipt = await client.RecordAsync(sent.CustomerId, [sent.Event], CancellationToken.None);
            if (receipt.Refused is [var refusal, ..])
            {
                _problems.Enqueue($"{sent.Event.EventId} of {sent.CustomerId} was refused: {refusal.Reason}");
                return true;
            }

            ledger.Acknowledge(sent.Event.EventId);
            return true;
        }
        catch (Exception)
        {
            // Whether it was stored is not known.
            Interlocked.Increment(ref _recordsFailed);
            return false;
        }
    }

    private async Task LookUpAsync(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Interlocked.Increment(ref _lookups);
            await LookUpAsync(CustomerId(random.Next(settings.Customers)));
            await PauseAsync(random);
        }
    }

    /// <summary>One look-up, repeated until it is answered or hope is lost.</summary>
    private async Task LookUpAsync(string customer)
    {
        var began = time.GetTimestamp();
        var last = "";
        while (true)
        {
            var isAnswered = false;
            try
            {
                var answer = await client.LookUpAsync(customer);
                isAnswered = true;
                if (answer.Segment == SegmentNames.Unknown)
                {
                    Fail($"{customer} was answered as unknown");
                }
            }
            catch (Exception exception)
            {
                last = exception.Message;
            }

            var took = outages.Without(began, time.GetTimestamp());
            if (isAnswered || took > settings.RecoveryMax)
            {
                Took(took);
                if (took > settings.RecoveryMax)
                {
                    Fail($"a look-up of {customer} took {took.TotalSeconds:0.0} s while there was somebody to answer: {last}");
                }

                return;
            }

            await Task.Delay(RetryPause, CancellationToken.None);
        }
    }

    private void Took(TimeSpan took)
    {
        for (var worst = Volatile.Read(ref _worstRecoveryTicks); took.Ticks > worst; worst = Volatile.Read(ref _worstRecoveryTicks))
        {
            Interlocked.CompareExchange(ref _worstRecoveryTicks, took.Ticks, worst);
        }
    }

    private void Fail(string problem)
    {
        Interlocked.Increment(ref _lookupFailures);
        _problems.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{(time.GetUtcNow() - _began).TotalSeconds:0.0} s: {problem}"));
    }

    private Task PauseAsync(Random random) => Task.Delay(settings.CallPauseMax * random.NextDouble(), CancellationToken.None);

    // Times in no order, so that events are inserted into the middle of histories and into sealed pages' ranges.
    private CustomerEvent NewEvent(Random random, int customer)
    {
        var e = new BehaviourEvent
        {
            EventId = string.Create(CultureInfo.InvariantCulture, $"event-{Interlocked.Increment(ref _number)}"),
            Type = random.Next(3) == 0 ? EventType.Purchase : EventType.Search,
            Timestamp = _began.AddMinutes(-random.Next(500_000)),
            Quantity = 1,
            UnitPrice = 1 + random.Next(90),
            Text = new string((char)('a' + random.Next(26)), random.Next(TextLengthMax)),
        };
        var sent = new CustomerEvent(CustomerId(customer), e);
        ledger.Sent(sent);
        return sent;
    }

    private int Seed(int caller) => unchecked((settings.Seed * 486_187_739) + caller);
}
