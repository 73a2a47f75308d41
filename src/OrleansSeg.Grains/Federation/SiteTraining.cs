using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansSeg.Customers;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Training;
using OrleansSeg.Model.Tuning;
using OrleansSeg.Models;

namespace OrleansSeg.Federation;

/// <summary>Trains and evaluates on all partitions of one site: histories in, a published bundle or a report out.</summary>
internal sealed partial class SiteTraining(
    IGrainFactory grains,
    IModelStore store,
    ModelBundles bundles,
    SiteTexts texts,
    SiteDirectory sites,
    IOptions<SchemeOptions> schemes,
    TimeProvider time,
    ILogger<SiteTraining> logger)
{
    /// <summary>Runs one job to its end.</summary>
    /// <exception cref="InsufficientDataException">Too few customers or too short a history.</exception>
    public Task<TrainingResult> RunAsync(
        string site, TrainingRequest request, IProgress<TrainingProgress> progress, CancellationToken cancellationToken) =>
        request.Purpose switch
        {
            TrainingPurpose.Evaluate => EvaluateAsync(site, request, progress, cancellationToken),
            TrainingPurpose.Compare => CompareAsync(site, request, cancellationToken),
            _ => TrainAsync(site, request, progress, cancellationToken),
        };

    /// <summary>The card in a version's bundle, as it is.</summary>
    /// <exception cref="KeyNotFoundException">No such version.</exception>
    public async Task<string> ReadCardAsync(string site, int version, CancellationToken cancellationToken)
    {
        var reference = await FindAsync(site, version, cancellationToken);
        await store.FetchAsync(reference.Sha256, cancellationToken);
        return Encoding.UTF8.GetString(BundleFolder.Read(store.LocalFolder, reference.Sha256)[SegmentModel.CardFile]);
    }

    private async Task<TrainingResult> CompareAsync(string site, TrainingRequest request, CancellationToken cancellationToken)
    {
        var histories = Holdout.Only(site, await SourceAsync(site, time.GetUtcNow(), request.Cutoff, cancellationToken));
        using var first = await bundles.LoadAsync((await FindAsync(site, request.Versions[0], cancellationToken)).Sha256, device: null, cancellationToken);
        using var second = await bundles.LoadAsync((await FindAsync(site, request.Versions[1], cancellationToken)).Sha256, device: null, cancellationToken);
        var measured = await VersionComparison.MeasureAsync(first, second, histories, new TrainingPlan { Seed = request.Seed }, cancellationToken);
        return new TrainingResult(JsonSerializer.Serialize(measured, BundleJson.Compact), null);
    }

    private async Task<ModelReference> FindAsync(string site, int version, CancellationToken cancellationToken) =>
        (await grains.GetGrain<IModelRegistryGrain>(site).ListAsync(cancellationToken)).FirstOrDefault(model => model.Version == version)
        ?? throw new KeyNotFoundException($"Site '{site}' has no model version {version}.");

    private async Task<TrainingResult> EvaluateAsync(
        string site, TrainingRequest request, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        var cutoff = request.Cutoff ?? throw new ArgumentException("An evaluation needs a cutoff.", nameof(request));
        var histories = await SourceAsync(site, time.GetUtcNow(), visibleUntil: null, cancellationToken);
        using var read = await texts.OpenAsync(request.TextEncoder, cancellationToken);
        var report = await TrainingPipeline.EvaluateAsync(histories, cutoff, await PlanAsync(site, request, read), progress, cancellationToken);
        return new TrainingResult(JsonSerializer.Serialize(report, BundleJson.Compact), null);
    }

    private async Task<TrainingResult> TrainAsync(
        string site, TrainingRequest request, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        // Before anything is read: who is erased later may have been.
        var (erasures, watermark) = (await sites.ErasuresOf(site).ReadAsync(long.MaxValue), time.GetUtcNow());

        // The holdout stays fresh for the gate: a model in service that knew it would look better than its challengers.
        var histories = Holdout.Without(site, await SourceAsync(site, watermark, request.Cutoff, cancellationToken));
        using var read = await texts.HoldAsync(site, request.TextEncoder, cancellationToken);
        try
        {
            var trained = await TrainingPipeline.TrainAsync(histories, await PlanAsync(site, request, read), progress, cancellationToken);
            var result = await PublishAsync(site, request, trained, new ModelReading(site, watermark, request.Cutoff, erasures.Number), cancellationToken);
            if (read.Encoder is { } encoder && SegmentModel.TextEncoderOf(trained.Files) is null)
            {
                // There was no text to read.
                await texts.ReleaseAsync(site, encoder);
            }

            return result;
        }
        catch when (read.Encoder is not null)
        {
            await texts.ReleaseAsync(site, read.Encoder);
            throw;
        }
    }

    private async Task<TrainingResult> PublishAsync(
        string site, TrainingRequest request, TrainedBundle trained, ModelReading reading, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var hash = await store.WriteAsync(trained.Files, cancellationToken);
        var candidate = new ModelReference(0, hash, time.GetUtcNow(), [.. trained.Card.Labels], Summarize(trained.Card), InService: false)
        {
            Readings = [reading],
            TextEncoder = SegmentModel.TextEncoderOf(trained.Files),
            Scheme = trained.Card.Scheme,
        };
        var published = await grains.GetGrain<IModelRegistryGrain>(site).PublishAsync(candidate, request.Promote, cancellationToken);
        LogPublished(site, published.Version, hash);
        return new TrainingResult(JsonSerializer.Serialize(trained.Card, BundleJson.Compact), published.Version);
    }

    /// <summary>The site's histories as they are now: what is stored later is in no reading, however often the source is read.</summary>
    internal async Task<HistorySource> SourceAsync(string site, DateTimeOffset watermark, DateTimeOffset? visibleUntil, CancellationToken cancellationToken)
    {
        var layout = await sites.GetLayoutAsync(site, cancellationToken);
        var partitions = Enumerable.Range(0, layout.PartitionCount);
        return stop => grains.ReadTrainingHistoriesAsync(site, partitions, watermark, visibleUntil, stop);
    }

    internal async Task<TrainingPlan> PlanAsync(string site, TrainingRequest request, OpenedTexts read) => new()
    {
        Network = request.Settings.IsEmpty ? null : NetworkSettings.Of(request.Settings),
        Texts = read.Trainer,
        Scheme = SchemeOf(request),
        Horizon = request.Horizon,
        Seed = request.Seed,
        Refit = request.Refit,
        WholeFrom = await grains.GetGrain<ITrainingHistoryGrain>(new PartitionKey(site, 0).GrainKey).GetRetainedFromAsync(),
    };

    private SchemeChoice SchemeOf(TrainingRequest request) => SchemeChoice.Parse(request.Scheme ?? schemes.Value.Scheme);

    private static string Summarize(ModelCard card) => card.Discovery is { } found
        ? string.Create(CultureInfo.InvariantCulture, $"{card.Data.Customers:N0} customers; {found.Segments.Count} segments found, stability {found.Stability:F2}")
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{card.Data.Customers:N0} customers, {card.TrainingExamples:N0} examples; on validation log loss {card.Validation.LogLoss:F3}, macro-F1 {card.Validation.MacroF1:F3}");

    [LoggerMessage(Level = LogLevel.Information, Message = "Site {Site}: model version {Version} ({Sha256}) is published.")]
    private partial void LogPublished(string site, int version, string sha256);
}
