using System.Collections.Immutable;
using System.Text.Json;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Inference;
using OrleansSeg.Models;

namespace OrleansSeg.Federation.Work;

/// <summary>Reads and writes the bundles of runs: facts as JSON, vectors as safetensors.</summary>
internal sealed class RunBundles(IModelStore store)
{
    private const string FactsFile = "facts.json";
    private const string AnswerFile = "answer.json";
    private const string StatisticsFile = "statistics.bin";
    private const string WeightsFile = "weights.safetensors";
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
            var vectors = input.Server.Vectors.ToDictionary(vector => $"server.{vector.Key}", vector => Stored(vector.Value));
            vectors[Weights] = Stored(weights);
            vectors[RoundOf] = Stored([input.Server.Round]);
            files[WeightsFile] = SafeTensors.Write(vectors);
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
        var server = vectors.Where(vector => vector.Key.StartsWith("server.", StringComparison.Ordinal))
            .ToImmutableSortedDictionary(vector => vector.Key["server.".Length..], vector => vector.Value.Values, StringComparer.Ordinal);
        return input with { Weights = vectors[Weights].Values, Server = new ServerState((int)vectors[RoundOf].Values[0], server) };
    }

    /// <summary>Writes a model's bundle.</summary>
    public Task<string> WriteAsync(SegmentModel model, ModelCard card, CancellationToken cancellationToken) => WriteAsync(model.ToFiles(card), cancellationToken);

    /// <summary>Loads a model; to be disposed by the caller.</summary>
    public async Task<SegmentModel> ReadModelAsync(string hash, CancellationToken cancellationToken) =>
        SegmentModel.FromFiles(await FetchAsync(hash, cancellationToken));

    /// <summary>The files of an answer.</summary>
    public static Dictionary<string, byte[]> FilesOf<T>(T answer) => new() { [AnswerFile] = Json(answer) };

    /// <summary>The files of counts.</summary>
    public static Dictionary<string, byte[]> FilesOf(FitStatistics statistics) => new() { [StatisticsFile] = statistics.ToBytes() };

    /// <summary>The files of an update.</summary>
    public static Dictionary<string, byte[]> FilesOf(TrainerUpdate update, UpdateFacts facts)
    {
        var vectors = new Dictionary<string, StoredTensor> { [Weights] = Stored(update.Delta) };
        if (update.ControlDelta is { } control)
        {
            vectors[Control] = Stored(control);
        }

        return new() { [AnswerFile] = Json(facts), [WeightsFile] = SafeTensors.Write(vectors) };
    }

    /// <summary>Reads an answer.</summary>
    public async Task<T> ReadAnswerAsync<T>(string hash, CancellationToken cancellationToken) =>
        Json<T>((await FetchAsync(hash, cancellationToken))[AnswerFile]);

    /// <summary>Reads counts.</summary>
    public async Task<FitStatistics> ReadStatisticsAsync(string hash, CancellationToken cancellationToken) =>
        FitStatistics.FromBytes((await FetchAsync(hash, cancellationToken))[StatisticsFile]);

    /// <summary>Reads an update.</summary>
    public async Task<(TrainerUpdate Update, UpdateFacts Facts)> ReadUpdateAsync(string trainer, string hash, CancellationToken cancellationToken)
    {
        var files = await FetchAsync(hash, cancellationToken);
        var facts = Json<UpdateFacts>(files[AnswerFile]);
        var vectors = SafeTensors.Read(files[WeightsFile]);
        return (new TrainerUpdate(trainer, vectors[Weights].Values, facts.Examples, facts.Steps, vectors.GetValueOrDefault(Control)?.Values), facts);
    }

    private async Task<string> WriteAsync(IReadOnlyDictionary<string, byte[]> files, CancellationToken cancellationToken)
    {
        var hash = BundleFolder.Write(store.LocalFolder, files);
        await store.PublishAsync(hash, cancellationToken);
        return hash;
    }

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
}
