using OrleansSeg.Model.Native;
using OrleansSeg.Model.Text.Tokenization;
using OrleansSeg.Model.Text.Transformer;
using OrleansSeg.Model.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.PreTraining;

/// <summary>Trains a small BERT to tell hidden tokens of a shop's own titles, queries, reviews and messages: a text model without a download.</summary>
/// <remarks>
/// Devlin et al. 2019, arXiv:1810.04805, without the second task, as RoBERTa showed it is not needed. Everything random hangs on the seed: the
/// same texts in any order give bitwise the same weights on one machine with one thread count.
/// </remarks>
public static class MaskedLanguageTrainer
{
    private const double WeightDecay = 0.01;
    private const double GradientNormMax = 1;
    private const int HeldOutEvery = 20;
    private const int HeldOutMax = 2_000;

    /// <summary>Trains.</summary>
    /// <param name="texts">The texts, read once; repeats count once.</param>
    /// <param name="options">Shape and training.</param>
    /// <param name="progress">Told of each epoch; the validation loss is that of texts held out, one in twenty.</param>
    /// <param name="device">Where the training runs; null for the CPU.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="InsufficientDataException">There are fewer than two texts with a token.</exception>
    /// <exception cref="System.ComponentModel.DataAnnotations.ValidationException">An option is out of bounds; the message names it.</exception>
    public static PretrainedText Train(
        IEnumerable<string> texts,
        MaskedLanguageOptions options,
        IProgress<TrainingProgress>? progress = null,
        Device? device = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        LibTorch.EnsureLoadable();
        var sample = TextSample.Of(texts, options.TextsMax, options.Seed, cancellationToken);
        var vocabulary = WordPieceTrainer.Train(sample, options.VocabularyMax, cancellationToken);
        var tokenizer = WordPieceTextTokenizer.Of(vocabulary);

        // Texts that differ in capitals alone are one text to the model: held out, the other would give it away.
        var ids = sample.Select(text => tokenizer.Encode(text, options.TokensMax).Ids).Where(text => text.Length > 2).DistinctBy(text => string.Join(' ', text)).ToList();
        if (ids.Count < 2)
        {
            throw new InsufficientDataException($"A text model needs at least two different texts; there are {ids.Count}.");
        }

        var heldOut = Enumerable.Range(0, Math.Clamp(ids.Count / HeldOutEvery, 1, HeldOutMax)).Select(i => ids[i * HeldOutEvery % ids.Count]).ToList();
        var trained = ids.Except(heldOut).ToList();
        using var run = new Run(options, vocabulary.Count, device);
        var before = run.Score(heldOut);
        for (var epoch = 1; epoch <= options.Epochs; epoch++)
        {
            var loss = run.Epoch(trained, cancellationToken);
            progress?.Report(new TrainingProgress("text", epoch, options.Epochs, loss, run.Score(heldOut).Loss));
        }

        return run.Finish(vocabulary, before, run.Score(heldOut));
    }

    private static BertFamilyConfig ConfigOf(MaskedLanguageOptions options, int vocabulary) => new()
    {
        Family = BertFamily.Bert,
        Head = TextHead.MaskedLanguage,
        VocabularySize = vocabulary,
        Hidden = options.Hidden,
        Layers = options.Layers,
        Heads = options.Heads,
        Intermediate = 4 * options.Hidden,
        Positions = options.TokensMax,
        TokenTypes = 2,
    };

    private sealed class Run : IDisposable
    {
        private readonly MaskedLanguageOptions _options;
        private readonly Device? _device;
        private readonly BertEncoder _encoder;
        private readonly MaskedHead _head;
        private readonly AdamSteps _optimizer;
        private readonly Generator _dropout;
        private readonly Random _random;
        private int _steps;
        private bool _finished;

        public Run(MaskedLanguageOptions options, int vocabulary, Device? device)
        {
            (_options, _device, _random) = (options, device, new Random(options.Seed));
            var config = ConfigOf(options, vocabulary);
            (_encoder, _head) = (new BertEncoder(config), new MaskedHead(config));
            using (var drawn = new Generator((ulong)options.Seed))
            {
                Blank.Draw(_encoder, drawn);
                Blank.Draw(_head, drawn);
            }

            _encoder.to(device ?? CPU);
            _head.to(device ?? CPU);
            _dropout = new Generator((ulong)options.Seed + 1, device ?? CPU);

            // Biases and normalization are not pulled towards zero.
            _optimizer = new AdamSteps(
            [
                new TrainedGroup([.. Weights.Where(weight => weight.dim() > 1)], 1, WeightDecay),
                new TrainedGroup([.. Weights.Where(weight => weight.dim() == 1)], 1, 0),
            ]);
        }

        private IEnumerable<Parameter> Weights => _encoder.parameters().Concat(_head.parameters());

        public double Epoch(List<int[]> texts, CancellationToken cancellationToken)
        {
            var batches = Batches(texts);
            var rates = new RateSchedule(batches.Count * _options.Epochs);
            var lossSum = 0.0;
            foreach (var batch in batches)
            {
                cancellationToken.ThrowIfCancellationRequested();
                lossSum += Step(batch, _options.LearningRate * rates.At(_steps));
                _steps++;
            }

            return lossSum / batches.Count;
        }

        public HiddenTokenScore Score(List<int[]> texts)
        {
            using var quiet = no_grad();
            var (random, loss, right, count) = (new Random(_options.Seed), 0.0, 0L, 0);
            foreach (var batch in texts.Chunk(_options.BatchSize))
            {
                using var scope = NewDisposeScope();
                using var hidden = HiddenTokens.Of(batch, _options.HiddenShare, _encoder.Config.VocabularySize, random, _device);
                var logits = Logits(hidden, null);
                loss += nn.functional.cross_entropy(logits, hidden.Truth, reduction: nn.Reduction.Sum).item<float>();
                right += logits.argmax(1).eq(hidden.Truth).sum().item<long>();
                count += (int)hidden.Truth.shape[0];
            }

            return new HiddenTokenScore(loss / count, (double)right / count, count);
        }

        public PretrainedText Finish(IReadOnlyList<string> vocabulary, HiddenTokenScore before, HiddenTokenScore after)
        {
            _finished = true;
            return new PretrainedText(_encoder, _head, vocabulary, before, after);
        }

        public void Dispose()
        {
            _optimizer.Dispose();
            _dropout.Dispose();
            if (!_finished)
            {
                _encoder.Dispose();
                _head.Dispose();
            }
        }

        private double Step(int[][] texts, double rate)
        {
            using var scope = NewDisposeScope();
            using var hidden = HiddenTokens.Of(texts, _options.HiddenShare, _encoder.Config.VocabularySize, _random, _device);
            _optimizer.ZeroGradients();
            var loss = nn.functional.cross_entropy(Logits(hidden, _dropout), hidden.Truth);
            loss.backward();
            nn.utils.clip_grad_norm_(Weights, GradientNormMax);
            _optimizer.Step(rate);
            return loss.item<float>();
        }

        // Only the hidden places are told: (B, T, H) -> (M, H) -> (M, V).
        private Tensor Logits(HiddenTokens hidden, Generator? dropout)
        {
            var states = _encoder.Forward(hidden.Batch, dropout).flatten(0, 1).index_select(0, hidden.Places);
            return _head.Forward(states, _encoder.Words);
        }

        // Of like length, so that little is padding; both which texts share a batch and the batches' order change from epoch to epoch.
        private List<int[][]> Batches(List<int[]> texts)
        {
            var mixed = texts.ToArray();
            _random.Shuffle(mixed);
            var batches = mixed.OrderBy(text => text.Length).Chunk(_options.BatchSize).ToArray();
            _random.Shuffle(batches);
            return [.. batches];
        }
    }
}
