using System.Collections.Immutable;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.FineTuning;
using OrleansSeg.Model.Text.Tagging;
using OrleansSeg.Model.Text.Tokenization;
using OrleansSeg.Model.Text.Transformer;
using OrleansSeg.Model.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Classification;

/// <summary>Trains a classifier on labelled texts: a new head on an encoder, and the encoder itself, an adapter of it, or nothing but the head.</summary>
/// <remarks>What is kept is the epoch with the highest macro-F1 on the validation texts. The same inputs and seed give bitwise the same classifier on one machine with one thread count.</remarks>
public sealed class TextClassifierTrainer
{
    private readonly TextTokenizer _tokenizer;
    private readonly BertEncoder _encoder;
    private readonly FineTuningOptions _options;
    private readonly Pooler? _pooler;

    /// <summary>Makes the trainer.</summary>
    /// <param name="tokenizer">The encoder's tokenizer.</param>
    /// <param name="encoder">The encoder; it becomes the classifier's own, and is changed unless an adapter or the head alone is trained.</param>
    /// <param name="options">How to train.</param>
    /// <exception cref="ArgumentException">An option is out of its bounds; the message names it.</exception>
    public TextClassifierTrainer(TextTokenizer tokenizer, BertEncoder encoder, FineTuningOptions options)
        : this(tokenizer, encoder, null, options)
    {
    }

    private TextClassifierTrainer(TextTokenizer tokenizer, BertEncoder encoder, Pooler? pooler, FineTuningOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        (_tokenizer, _encoder, _pooler, _options) = (tokenizer, encoder, pooler, options);
    }

    /// <summary>Makes the trainer of a text model's folder, as downloaded or as it was saved here; a pooler that it has is what the head begins with.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">How to train.</param>
    /// <returns>The trainer, and the files of its tokenizer for <see cref="TextClassifier.Save"/>.</returns>
    /// <exception cref="CheckpointException">The folder is none that can be loaded; the message names the file or tensor.</exception>
    /// <exception cref="ArgumentException">An option is out of its bounds; the message names it.</exception>
    public static (TextClassifierTrainer Trainer, IReadOnlyDictionary<string, byte[]> TokenizerFiles) Of(string folder, FineTuningOptions options)
    {
        var tokenizer = TextTagger.ReadTokenizer(folder);
        var checkpoint = TextCheckpoint.LoadForTraining(folder);
        return (new TextClassifierTrainer(tokenizer, checkpoint.Encoder, checkpoint.Pooler, options), TokenizerFiles.BytesOf(folder));
    }

    /// <summary>Trains.</summary>
    /// <param name="labels">What to tell.</param>
    /// <param name="texts">The texts to learn from.</param>
    /// <param name="validation">The texts to choose the epoch by; the last epoch is kept where there are none.</param>
    /// <param name="progress">Told of each epoch; may be null.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <exception cref="InsufficientDataException">There are fewer than two labels, or no texts to learn from.</exception>
    /// <exception cref="ArgumentException">A text has a label that is not among these.</exception>
    public TrainedTextClassifier Train(
        IReadOnlyList<string> labels, IReadOnlyList<LabelledText> texts, IReadOnlyList<LabelledText> validation, IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(validation);
        if (labels.Count < 2 || texts.Count == 0)
        {
            throw new InsufficientDataException($"A classifier needs texts of two labels at least; there are {texts.Count} texts, of {(labels.Count == 0 ? "no label" : $"'{string.Join("', '", labels)}'")}.");
        }

        var adapter = _options.Adapter is null ? null : new TextAdapter(_encoder, _options.Adapter, _options.Seed);
        var classifier = new TextClassifier(_tokenizer, _encoder, CreateHead([.. labels]), [.. labels], adapter);
        var ids = labels.Select((label, id) => (label, id)).ToDictionary(pair => pair.label, pair => pair.id, StringComparer.Ordinal);
        var parts = texts.Select(text => (classifier.Layout(text.Text), ids.TryGetValue(text.Label, out var id)
            ? id
            : throw new ArgumentException($"There is no label '{text.Label}'; there are {string.Join(", ", labels)}.", nameof(texts)))).ToList();
        var task = new ClassificationTask(classifier, validation);
        return new TrainedTextClassifier(classifier, task.Run(_encoder, classifier.Head, adapter, _options, parts, progress, cancellationToken));
    }

    private SequenceHead CreateHead(ImmutableArray<string> labels)
    {
        var head = new SequenceHead(_encoder.Config with { Head = TextHead.SequenceClassification, Labels = labels });
        using var random = new Generator((ulong)_options.Seed);
        Blank.Draw(head, random);
        if (_pooler is not null)
        {
            head.Begin(_pooler);
        }

        return (SequenceHead)head.to(_encoder.Words.device);
    }

    private sealed class ClassificationTask(TextClassifier classifier, IReadOnlyList<LabelledText> validation) : FineTuningTask<(int[] Ids, int Label)>
    {
        private readonly List<int[]> _validation = [.. validation.Select(text => classifier.Layout(text.Text))];

        protected override string Stage => "classifier";

        protected override int[] IdsOf((int[] Ids, int Label) part) => part.Ids;

        protected override Tensor Loss(Tensor states, (int[] Ids, int Label)[] parts, Generator dropout)
        {
            using var truth = tensor(Array.ConvertAll(parts, part => (long)part.Label), device: states.device);
            return nn.functional.cross_entropy(classifier.Head.Forward(states, dropout), truth); // (B, T, H) -> (B, L) -> ()
        }

        protected override double Validate(CancellationToken cancellationToken) => validation.Count == 0
            ? double.NaN
            : ClassificationReport.Of(classifier.Labels, validation, classifier.Tell(_validation, cancellationToken)).MacroF1;
    }
}

/// <summary>A classifier, and what its training took.</summary>
public sealed record TrainedTextClassifier(TextClassifier Classifier, FineTuningFigures Figures);
