using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Text.Vectors;

/// <summary>Reads texts with a text encoder as it is, and fits what its vectors are projected to.</summary>
/// <param name="encoder">The encoder; what is fitted takes a share of its own.</param>
/// <param name="epochs">Passes over pairs of texts that were bought together; 0 keeps the principal axes.</param>
public sealed class LargeEncoder(SharedTextEncoder encoder, int epochs = LargeEncoder.DefaultEpochs) : IModelTextsTrainer
{
    private const int FittedTextsMax = 50_000;
    private const int TextsAtOnce = 512;

    /// <summary>Passes where nothing else is asked for.</summary>
    public const int DefaultEpochs = 5;

    /// <inheritdoc />
    public IModelTexts Fit(
        IReadOnlyList<Example> examples, int width, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var (pairs, all) = TextPairs.Of(examples, OwnTitles.PairsMax, seed);

        // In an order and in batches of their own: vectors differ in their last digits with what shares a batch.
        List<string> texts =
        [
            .. all.Distinct(StringComparer.Ordinal).OrderBy(ContentHash.Of).Take(FittedTextsMax).Order(StringComparer.Ordinal),
        ];
        if (texts.Count == 0 || width == 0)
        {
            return TitleEncoder.None;
        }

        var vectors = Encode(texts, progress, cancellationToken);
        var places = texts.Index().ToDictionary(text => text.Item, text => text.Index, StringComparer.Ordinal);
        List<(int One, int Other)> known =
        [
            .. pairs.Where(pair => places.ContainsKey(pair.One) && places.ContainsKey(pair.Other)).Select(pair => (places[pair.One], places[pair.Other])),
        ];
        var projection = ProjectionTrainer.Fit(vectors, known, width, epochs, seed, progress, cancellationToken);
        var common = KnownTexts.Common(examples);
        var missing = common.Where(text => !places.ContainsKey(text)).Order(StringComparer.Ordinal).ToList();
        var late = missing.Zip(Encode(missing, progress, cancellationToken)).ToDictionary(text => text.First, text => text.Second, StringComparer.Ordinal);
        var kept = KnownTexts.Of(common, projection.Width, text => projection.Apply(places.TryGetValue(text, out var place) ? vectors[place] : late[text]));
        var fitted = new EncoderTexts(encoder.Share(), projection, kept);
        fitted.Remember(texts.Zip(vectors));
        return fitted;
    }

    private List<float[]> Encode(List<string> texts, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var vectors = new List<float[]>(texts.Count);
        foreach (var part in texts.Chunk(TextsAtOnce))
        {
            vectors.AddRange(encoder.Encoder.EncodeAll(part, remember: false, cancellationToken));
            progress?.Report(new TrainingProgress("titles", vectors.Count, texts.Count, double.NaN, double.NaN));
        }

        return vectors;
    }
}
