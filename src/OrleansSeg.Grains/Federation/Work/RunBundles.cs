using System.Collections.Immutable;
using System.Text.Json;
using OrleansSeg.Federation.Work.Masking;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Federation.Aggregation;
using OrleansSeg.Model.Federation.Compression;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Federation.SecureAggregation.Messages;
using OrleansSeg.Model.Inference;
using OrleansSeg.Models;

namespace OrleansSeg.Federation.Work;

/// <summary>Reads and writes the bundles of runs: facts as JSON, vectors as safetensors.</summary>
internal sealed class RunBundles(IModelStore store, ModelBundles models)
{
    private const string FactsFile = "facts.json";
    private const string AnswerFile = "answer.json";
    private const string StatisticsFile = "statistics.bin";
    private const string WeightsFile = "weights.safetensors";
    private const string ServerFile = "server.safetensors";
    private const string DeltaFile = "delta.bin";
    private const string ControlFile = "control.safetensors";
    private const string SitesFile = "sites.safetensors";
    private const string MaskedFile = "masked.bin";
    private const string ExchangeFile = "exchange.json";
    private const string Weights = "weights";
    private const string Control = "control";
    private const string RoundOf = "round";

    /// <summary>Writes what a step works from.</summary>
    public Task<string> WriteAsync(RunInput input, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, byte[]> { [FactsFile] = Json(input.Facts) };
        if (input.Statistics is { } statistics)
        {
            files[StatisticsFile] = statistics.ToBytes();
        }

        if (input.Weights is { } weights)
        {
            files[WeightsFile] = SafeTensors.Write(new Dictionary<string, StoredTensor> { [Weights] = Stored(weights), [RoundOf] = Stored([input.Server.Round]) });
            files[ServerFile] = ServerVectors.Write(input.Server);
            files[SitesFile] = SafeTensors.Write(input.Sites.ToDictionary(site => site.Key, site => Stored(site.Value)));
        }

        return WriteAsync(files, cancellationToken);
    }

    /// <summary>Reads what a step works from.</summary>
    public async Task<RunInput> ReadAsync(string hash, CancellationToken cancellationToken)
    {
        var files = await FetchAsync(hash, cancellationToken);
        var input = new RunInput(Json<RunFacts>(files[FactsFile]))
        {
            Statistics = files.TryGetValue(StatisticsFile, out var statistics) ? FitStatistics.FromBytes(statistics) : null,
        };
        if (!files.TryGetValue(WeightsFile, out var stored))
        {
            return input;
        }

        var vectors = SafeTensors.Read(stored);
        return input with
        {
            Weights = vectors[Weights].Values,
            Server = ServerVectors.Read((int)vectors[RoundOf].Values[0], files[ServerFile]),
            Sites = SafeTensors.Read(files[SitesFile]).ToImmutableSortedDictionary(site => site.Key, site => site.Value.Values, StringComparer.Ordinal),
        };
    }

    /// <summary>Writes a model's bundle.</summary>
    public Task<string> WriteAsync(SegmentModel model, ModelCard card, CancellationToken cancellationToken) => WriteAsync(model.ToFiles(card), cancellationToken);

    /// <summary>Loads a model; to be disposed by the caller.</summary>
    public Task<SegmentModel> ReadModelAsync(string hash, CancellationToken cancellationToken) => models.LoadAsync(hash, device: null, cancellationToken);

    /// <summary>Reads a model's card.</summary>
    public async Task<ModelCard> ReadCardAsync(string hash, CancellationToken cancellationToken) =>
        SegmentModel.ReadCard(await FetchAsync(hash, cancellationToken));

    /// <summary>The files of an answer.</summary>
    public static Dictionary<string, byte[]> FilesOf<T>(T answer) => new() { [AnswerFile] = Json(answer) };

    /// <summary>The files of counts.</summary>
    public static Dictionary<string, byte[]> FilesOf(FitStatistics statistics) => new() { [StatisticsFile] = statistics.ToBytes() };

    /// <summary>The files of an update.</summary>
    /// <param name="delta">The change of the weights, as a compressor wrote it.</param>
    /// <param name="control">(P) the change of the control variate; null for none.</param>
    /// <param name="site">(Q) the site's own weights after the round.</param>
    /// <param name="facts">What goes with it.</param>
    public static Dictionary<string, byte[]> FilesOf(byte[] delta, float[]? control, float[] site, UpdateFacts facts)
    {
        var files = new Dictionary<string, byte[]> { [AnswerFile] = Json(facts), [DeltaFile] = delta };
        if (control is not null)
        {
            files[ControlFile] = SafeTensors.Write(new Dictionary<string, StoredTensor> { [Control] = Stored(control) });
        }

        if (site.Length > 0)
        {
            files[SitesFile] = SafeTensors.Write(new Dictionary<string, StoredTensor> { [Weights] = Stored(site) });
        }

        return files;
    }

    /// <summary>The files of a masked vector: nothing else goes with it.</summary>
    public static Dictionary<string, byte[]> FilesOf(MaskedInput masked) => new() { [MaskedFile] = masked.Vector };

    /// <summary>Reads a trainer's masked vector.</summary>
    public async Task<MaskedInput> ReadMaskedAsync(string trainer, string hash, CancellationToken cancellationToken) =>
        new(trainer, (await FetchAsync(hash, cancellationToken))[MaskedFile]);

    /// <summary>Writes what trainers of a masked round have told each other.</summary>
    public Task<string> WriteAsync(ExchangeState exchange, CancellationToken cancellationToken) =>
        WriteAsync(new Dictionary<string, byte[]> { [ExchangeFile] = Json(exchange) }, cancellationToken);

    /// <summary>Reads what trainers of a masked round have told each other.</summary>
    public async Task<ExchangeState> ReadExchangeAsync(string hash, CancellationToken cancellationToken) =>
        Json<ExchangeState>((await FetchAsync(hash, cancellationToken))[ExchangeFile]);

    /// <summary>Reads an answer.</summary>
    public async Task<T> ReadAnswerAsync<T>(string hash, CancellationToken cancellationToken) =>
        Json<T>((await FetchAsync(hash, cancellationToken))[AnswerFile]);

    /// <summary>Reads counts.</summary>
    public async Task<FitStatistics> ReadStatisticsAsync(string hash, CancellationToken cancellationToken) =>
        FitStatistics.FromBytes((await FetchAsync(hash, cancellationToken))[StatisticsFile]);

    /// <summary>Reads an update.</summary>
    /// <param name="trainer">Who made it.</param>
    /// <param name="hash">Its bundle.</param>
    /// <param name="length">Numbers it must have (P).</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">It is damaged, or of another length.</exception>
    public async Task<ReportedUpdate> ReadUpdateAsync(string trainer, string hash, int length, CancellationToken cancellationToken)
    {
        var files = await FetchAsync(hash, cancellationToken);
        var facts = Json<UpdateFacts>(files[AnswerFile]);
        var control = VectorOf(ControlFile, Control);
        return new ReportedUpdate(
            new TrainerUpdate(trainer, UpdateFrame.Read(files[DeltaFile], length), facts.Examples, facts.Steps, control), facts, VectorOf(SitesFile, Weights) ?? []);

        float[]? VectorOf(string file, string name) => files.TryGetValue(file, out var stored) ? SafeTensors.Read(stored).GetValueOrDefault(name)?.Values : null;
    }

    private Task<string> WriteAsync(IReadOnlyDictionary<string, byte[]> files, CancellationToken cancellationToken) => store.WriteAsync(files, cancellationToken);

    private async Task<IReadOnlyDictionary<string, byte[]>> FetchAsync(string hash, CancellationToken cancellationToken)
    {
        await store.FetchAsync(hash, cancellationToken);
        return BundleFolder.Read(store.LocalFolder, hash);
    }

    private static StoredTensor Stored(float[] values) => new([values.Length], values);

    private static byte[] Json<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, BundleJson.Compact);

    private static T Json<T>(byte[] bytes) =>
        JsonSerializer.Deserialize<T>(bytes, BundleJson.Compact) ?? throw new BundleCorruptException($"A file of a run's bundle holds no {typeof(T).Name}.");
}

/// <summary>What a step works from.</summary>
/// <param name="Facts">What trainers must know.</param>
internal sealed record RunInput(RunFacts Facts)
{
    /// <summary>Counts of all trainers together, once fitted.</summary>
    public FitStatistics? Statistics { get; init; }

    /// <summary>(P) the global weights, once there are any.</summary>
    public float[]? Weights { get; init; }

    /// <summary>What the strategy remembers.</summary>
    public ServerState Server { get; init; } = ServerState.Empty;

    /// <summary>(Q) each site's own weights; none where all are shared.</summary>
    public ImmutableSortedDictionary<string, float[]> Sites { get; init; } = ImmutableSortedDictionary<string, float[]>.Empty;
}

/// <summary>A trainer's update, read.</summary>
/// <param name="Update">What is aggregated.</param>
/// <param name="Facts">What goes with it.</param>
/// <param name="Site">(Q) the site's own weights after the round; empty where all are shared.</param>
internal sealed record ReportedUpdate(TrainerUpdate Update, UpdateFacts Facts, float[] Site);
