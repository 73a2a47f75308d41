using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Inference;

namespace OrleansSeg.Grains.Tests.Inference;

/// <summary>A real batcher over one model, with a clock that only the test moves.</summary>
internal sealed class Engine : IServedModels, IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ModelLease _lease;

    public Engine(Action<InferenceOptions>? configure = null, bool hasModel = true)
    {
        var options = new InferenceOptions { LingerMax = TimeSpan.FromSeconds(1) };
        configure?.Invoke(options);
        HasModel = hasModel;
        _lease = ModelLease.Own(Model);
        Meters = _services.GetRequiredService<IMeterFactory>();
        Batcher = new InferenceBatcher(
            Options.Create(options), this, new InferenceInstruments(Meters), Time, NullLogger<InferenceBatcher>.Instance);
    }

    public FakeTimeProvider Time { get; } = new();

    public StepModel Model { get; } = new();

    public InferenceBatcher Batcher { get; }

    public IMeterFactory Meters { get; }

    public bool HasModel { get; set; }

    public ModelLease? Rent(string site) => HasModel ? _lease.Rent() : null;

    public Task<ScoringResult> AskAsync(
        string name, int steps = 8, ScoringPriority priority = ScoringPriority.Storefront, DateTimeOffset? deadline = null,
        CancellationToken cancellationToken = default) =>
        Batcher.ScoreAsync(Inputs.Request(name, steps, priority, deadline), cancellationToken).WaitAsync(Patience.Longest, CancellationToken.None);

    /// <summary>Asks for several; the names are letters.</summary>
    public Task<ScoringResult>[] AskEach(string names, int steps = 8) => [.. names.Select(name => AskAsync(name.ToString(), steps))];

    /// <summary>The batches so far, as one text: <c>ab|c</c>.</summary>
    public string Batches() => string.Join('|', Model.Batches.Select(batch => string.Concat(batch)));

    public void Dispose()
    {
        Batcher.Dispose();
        _lease.Dispose();
        _services.Dispose();
    }
}
