using System.Collections.Concurrent;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Inference;
using OrleansSeg.Model.Features;
using OrleansSeg.Segments;

namespace OrleansSeg.Grains.Tests.Inference;

/// <summary>A model that costs nothing, remembers its batches by name, and can be held in the middle of one.</summary>
internal sealed class StepModel(int version = 1) : IScoringModel
{
    private readonly ConcurrentQueue<string[]> _batches = new();
    private volatile Held? _hold;
    private volatile Held? _holdExplanation;
    private int _disposed;

    public int Version => version;

    /// <summary>Batches as they went into <c>Score</c>, the names in order.</summary>
    public string[][] Batches => [.. _batches];

    public bool IsDisposed => Volatile.Read(ref _disposed) > 0;

    /// <summary>Called with each batch before it is scored; may throw.</summary>
    public Action<IReadOnlyList<CustomerInput>>? OnScore { get; set; }

    /// <summary>Called with each batch when it is prepared.</summary>
    public Action<IReadOnlyList<CustomerInput>>? OnPrepare { get; set; }

    /// <summary>What is answered; by default one score for each input, the segment being the input's name.</summary>
    public Func<IReadOnlyList<CustomerInput>, IReadOnlyList<ModelScore>> Answer { get; set; } =
        inputs => [.. inputs.Select(input => new ModelScore(Inputs.NameOf(input), [], 0.5f, 1f))];

    /// <summary>Holds the next batch inside the model until the result is released.</summary>
    public Held Hold()
    {
        var hold = new Held();
        _hold = hold;
        return hold;
    }

    /// <summary>Holds the next explanation inside the model until the result is released.</summary>
    public Held HoldExplanation()
    {
        var hold = new Held();
        _holdExplanation = hold;
        return hold;
    }

    public PreparedInputs Prepare(IReadOnlyList<CustomerInput> inputs)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        OnPrepare?.Invoke(inputs);
        return new PreparedInputs(inputs);
    }

    public IReadOnlyList<ModelScore> Score(IReadOnlyList<CustomerInput> inputs)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        _batches.Enqueue([.. inputs.Select(Inputs.NameOf)]);
        if (Interlocked.Exchange(ref _hold, null) is { } hold)
        {
            hold.Enter();
        }

        OnScore?.Invoke(inputs);
        return Answer(inputs);
    }

    public SegmentExplanation Explain(string customer, CustomerInput input, LifetimeAggregates? lifetime)
    {
        Interlocked.Exchange(ref _holdExplanation, null)?.Enter();
        return new(customer, Inputs.NameOf(input), 0.5f, version, "step", 0f, []);
    }

    public void Dispose() => Interlocked.Increment(ref _disposed);

    /// <summary>A batch held inside the model.</summary>
    internal sealed class Held : IDisposable
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _released = new();

        /// <summary>Ends when a batch is inside.</summary>
        public Task Entered => _entered.Task.WaitAsync(Patience.Longest);

        public void Release() => _released.Set();

        public void Dispose() => Release();

        internal void Enter()
        {
            _entered.TrySetResult();
            _released.Wait();
        }
    }
}
