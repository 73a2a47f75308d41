using System.Text.Json;
using OrleansSeg.Model.Bundles;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>What a trainer sends after a round, as the files of a bundle: vectors as safetensors, figures as JSON.</summary>
/// <param name="Update">The update.</param>
/// <param name="TrainingLoss">Mean loss over the steps.</param>
/// <param name="Validation">Figures of the weights that the round began with.</param>
public sealed record RoundReport(TrainerUpdate Update, double TrainingLoss, ScoreSums Validation)
{
    private const string VectorsFile = "update.safetensors";
    private const string FiguresFile = "figures.json";
    private const string Delta = "delta";
    private const string ControlDelta = "control";

    /// <summary>The part of a result that travels: the site's own weights and its control variate stay.</summary>
    public static RoundReport Of(LocalResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new RoundReport(result.Update, result.TrainingLoss, result.Validation);
    }

    /// <summary>The files by name.</summary>
    public IReadOnlyDictionary<string, byte[]> ToFiles()
    {
        var vectors = new Dictionary<string, StoredTensor> { [Delta] = new([Update.Delta.Length], Update.Delta) };
        if (Update.ControlDelta is { } control)
        {
            vectors.Add(ControlDelta, new StoredTensor([control.Length], control));
        }

        var figures = new Figures(Update.Trainer, Update.Examples, Update.Steps, TrainingLoss, Validation);
        return new Dictionary<string, byte[]>
        {
            [VectorsFile] = SafeTensors.Write(vectors), [FiguresFile] = JsonSerializer.SerializeToUtf8Bytes(figures, BundleJson.Compact),
        };
    }

    /// <summary>Reads what <see cref="ToFiles"/> wrote, to the bit.</summary>
    /// <exception cref="BundleCorruptException">A file is missing or cannot be read.</exception>
    public static RoundReport FromFiles(IReadOnlyDictionary<string, byte[]> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        try
        {
            var vectors = SafeTensors.Read(File(files, VectorsFile));
            var figures = JsonSerializer.Deserialize<Figures>(File(files, FiguresFile), BundleJson.Compact);
            return figures is { Trainer: not null, Validation: not null } && vectors.TryGetValue(Delta, out var delta)
                ? new RoundReport(
                    new TrainerUpdate(figures.Trainer, delta.Values, figures.Examples, figures.Steps, vectors.GetValueOrDefault(ControlDelta)?.Values),
                    figures.TrainingLoss,
                    figures.Validation)
                : throw new InvalidDataException("The update lacks a part.");
        }
        catch (Exception exception) when (exception is InvalidDataException or JsonException)
        {
            throw new BundleCorruptException($"The update cannot be read: {exception.Message}", exception);
        }
    }

    private static byte[] File(IReadOnlyDictionary<string, byte[]> files, string name) =>
        files.TryGetValue(name, out var content) ? content : throw new InvalidDataException($"{name} is missing.");

    private sealed record Figures(string Trainer, long Examples, int Steps, double TrainingLoss, ScoreSums Validation);
}
