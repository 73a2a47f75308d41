using System.Text.Json;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Training;
using OrleansSeg.Model.Tuning;

namespace OrleansSeg.Federation;

/// <summary>Runs trials of a search on one site's customers: they are read once, without the holdout, and tried on many times.</summary>
internal sealed class SiteTrials(SiteTraining training, SiteTexts texts, TimeProvider time)
{
    /// <summary>Reads what the trials of a search are fitted and compared on.</summary>
    /// <exception cref="InsufficientDataException">Too few customers or too short a history.</exception>
    public async Task<TrialReading> ReadAsync(
        string site, TrainingRequest request, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        var histories = Holdout.Without(site, await training.SourceAsync(site, request.Watermark ?? time.GetUtcNow(), request.Cutoff, cancellationToken));
        var read = await texts.OpenAsync(request.TextEncoder, cancellationToken);
        try
        {
            var plan = await training.PlanAsync(site, request, read);
            plan = request.ExamplesMax > 0 ? plan with { TrainingExamplesMax = request.ExamplesMax, HeldExamplesMax = request.ExamplesMax } : plan;
            return new TrialReading(request, await TrialData.ReadAsync(histories, plan, progress, cancellationToken), read);
        }
        catch
        {
            read.Dispose();
            throw;
        }
    }

    /// <summary>Runs one trial.</summary>
    public static async Task<TrainingResult> RunAsync(
        TrialReading reading, TrainingRequest request, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        var loss = await Task.Run(() => reading.Data.Fit(NetworkSettings.Of(request.Settings), progress, cancellationToken), cancellationToken);
        return new TrainingResult(JsonSerializer.Serialize(new { logLoss = loss, data = new { fingerprint = reading.Data.Fingerprint } }, BundleJson.Compact), null);
    }
}

/// <summary>What the trials of one search share on a silo.</summary>
/// <param name="request">A trial of the search.</param>
/// <param name="data">What was read.</param>
/// <param name="texts">What texts are read with.</param>
internal sealed class TrialReading(TrainingRequest request, TrialData data, OpenedTexts texts) : IDisposable
{
    /// <summary>What was read.</summary>
    public TrialData Data => data;

    /// <summary>Whether another trial is one of the same search: it differs in its settings alone.</summary>
    public bool IsOf(TrainingRequest other) => other with { Settings = request.Settings, Versions = request.Versions } == request;

    /// <inheritdoc />
    public void Dispose() => texts.Dispose();
}
