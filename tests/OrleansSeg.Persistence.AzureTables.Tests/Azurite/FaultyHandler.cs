using System.Net;

namespace OrleansSeg.Persistence.AzureTables.Tests;

/// <summary>Stands between a client and the server, and lets each request meet the next fault of a plan; without one it passes.</summary>
internal sealed class FaultyHandler : DelegatingHandler
{
    private readonly Lock _gate = new();
    private readonly Queue<Fault> _plan = [];
    private int _count;
    private TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FaultyHandler(params Fault[] plan)
        : base(new SocketsHttpHandler()) => Plan(plan);

    /// <summary>How many requests have come.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>Ends when a first request has come since the last plan.</summary>
    public Task FirstAsync()
    {
        lock (_gate)
        {
            return _first.Task;
        }
    }

    /// <summary>Forgets what came and what was planned, and plans anew.</summary>
    public void Plan(params Fault[] plan)
    {
        lock (_gate)
        {
            _count = 0;
            _plan.Clear();
            _first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            foreach (var fault in plan)
            {
                _plan.Enqueue(fault);
            }
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Fault fault;
        lock (_gate)
        {
            _count++;
            _first.TrySetResult();
            fault = _plan.TryDequeue(out var next) ? next : Fault.None;
        }

        switch (fault.Kind)
        {
            case FaultKind.Answer:
                return fault.Respond!(request);
            case FaultKind.Meanwhile:
                await fault.Meanwhile!();
                return await base.SendAsync(request, cancellationToken);
            case FaultKind.Silence:
                await Task.Delay(Timeout.Infinite, cancellationToken);
                throw new InvalidOperationException("Silence has no end but cancellation.");
            case FaultKind.BreakBefore:
                throw new HttpRequestException("The connection broke before the server heard anything.");
            case FaultKind.BreakAfter:
                (await base.SendAsync(request, cancellationToken)).Dispose();
                throw new HttpRequestException("The connection broke before the answer came.");
            default:
                return await base.SendAsync(request, cancellationToken);
        }
    }
}

/// <summary>What happens to a request.</summary>
internal enum FaultKind
{
    None,
    Answer,
    Meanwhile,
    Silence,
    BreakBefore,
    BreakAfter,
}

/// <summary>One fault of a plan.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Respond">The answer, when the server is not asked.</param>
/// <param name="Meanwhile">What else happens before the server is asked.</param>
internal sealed record Fault(
    FaultKind Kind, Func<HttpRequestMessage, HttpResponseMessage>? Respond = null, Func<Task>? Meanwhile = null)
{
    public static Fault None { get; } = new(FaultKind.None);

    public static Fault Silence { get; } = new(FaultKind.Silence);

    public static Fault BreakBefore { get; } = new(FaultKind.BreakBefore);

    public static Fault BreakAfter { get; } = new(FaultKind.BreakAfter);

    /// <summary>Another writer comes between the caller and the server.</summary>
    public static Fault After(Func<Task> change) => new(FaultKind.Meanwhile, Meanwhile: change);

    /// <summary>The server's own refusal, with its error code.</summary>
    public static Fault Status(int status, string code) => new(FaultKind.Answer, request => new HttpResponseMessage((HttpStatusCode)status)
    {
        RequestMessage = request,
        Content = new StringContent(
            $$"""{"odata.error":{"code":"{{code}}","message":{"lang":"en-US","value":"planned"} } }""", null, "application/json"),
    });
}
