using System.Collections.Immutable;
using OrleansSeg.Federation.Privacy;
using OrleansSeg.Model.Federation.Privacy;
using OrleansSeg.Models;

namespace OrleansSeg.Federation.Runs;

/// <summary>What a trainer computes. The same order on the same data, seed and secrets gives the same bundle, to the bit.</summary>
internal interface ITrainerWork
{
    /// <summary>Does an order.</summary>
    /// <param name="trainer">The trainer's id.</param>
    /// <param name="order">What to do.</param>
    /// <param name="memory">What the trainer has kept.</param>
    /// <param name="seed">Where the step's noise comes from; asked for before any is drawn.</param>
    /// <param name="cancellationToken">Stops between two steps of the work.</param>
    Task<TrainerOutput> RunAsync(string trainer, StepOrder order, TrainerMemory memory, StepSeed seed, CancellationToken cancellationToken);

    /// <summary>The trainer leaves the silo: what was kept for its next step may go.</summary>
    void Forget(string trainer);
}

/// <summary>What a trainer makes of an order.</summary>
/// <param name="Files">The result by file name, for everybody's eyes: nothing in it tells of a customer.</param>
/// <param name="Memory">What the trainer keeps for its next step, at its site; null to keep what it has.</param>
internal sealed record TrainerOutput(IReadOnlyDictionary<string, byte[]> Files, byte[]? Memory)
{
    /// <summary>Secrets that the trainer keeps before anybody can see the files, which were made of them; null for none that it does not have.</summary>
    public byte[]? SecretsBefore { get; init; }

    /// <summary>Secrets that the trainer keeps once the files are where everybody can read them; null to keep what it has.</summary>
    public byte[]? SecretsAfter { get; init; }
}

/// <summary>What a coordinator computes between two steps. The same reports and seed give the same output, to the bit.</summary>
internal interface ICoordinatorWork
{
    /// <summary>Writes what trainers work from in the first step; returns its bundle.</summary>
    Task<string> OpenAsync(RunState run, CancellationToken cancellationToken);

    /// <summary>Makes one output of the step's reports.</summary>
    Task<StepClosing> CloseAsync(RunState run, CancellationToken cancellationToken);
}

/// <summary>What a step came to.</summary>
/// <param name="Output">SHA-256 of the bundle that the next step works from.</param>
/// <param name="Metrics">What was measured, by name.</param>
/// <param name="Verdict">After evaluation: what becomes of the model.</param>
/// <param name="GoesOn">Whether fitting or evaluation needs another pass of the trainers over their data.</param>
internal sealed record StepClosing(string Output, ImmutableSortedDictionary<string, double> Metrics, RunVerdict? Verdict = null, bool GoesOn = false)
{
    /// <summary>Where the plan asks whether the run is worth its training: what was found, for people.</summary>
    public RunNeed? Need { get; init; }

    /// <summary>After the last pass of fitting: SHA-256 of the bundle that rounds begin with.</summary>
    public string? Base { get; init; }

    /// <summary>After the last pass of fitting: whether the versions that training was to go on from have no start in common, so that it begins anew.</summary>
    public bool BegunAnew { get; init; }

    /// <summary>Trainers whose update is left out, with the reason.</summary>
    public ImmutableSortedDictionary<string, string> Refused { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Once all is fitted: what noised rounds will cost; null where there is no noise.</summary>
    public RunPrivacy? Privacy { get; init; }

    /// <summary>Once all is fitted: what the run tells outside the noised steps, of which only the work knows.</summary>
    public IEnumerable<UnaccountedRelease> Releases { get; init; } = [];
}

/// <summary>Whether a run is worth its training.</summary>
/// <param name="IsNeeded">Whether it trains.</param>
/// <param name="Reason">Why, for people.</param>
internal sealed record RunNeed(bool IsNeeded, string Reason);

/// <summary>What becomes of a run's model.</summary>
/// <param name="Promote">Whether it goes into service.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="Models">The model to register at each site.</param>
[GenerateSerializer, Immutable, Alias("seg.run-verdict")]
internal sealed record RunVerdict(
    [property: Id(0)] bool Promote, [property: Id(1)] string Reason, [property: Id(2)] ImmutableSortedDictionary<string, ModelReference> Models)
{
    /// <summary>What the gate compared; null where it could not.</summary>
    [Id(3)]
    public GateFigures? Gate { get; init; }
}
