using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>One trainer's part of a run: rounds of local training, and questions about its validation examples.</summary>
/// <remarks>
/// It keeps nothing between calls, so a round can be done again from scratch, in another process too, and gives bitwise the same update on
/// the same kind of machine. Every call does its work on the calling thread, with the round's number of torch threads.
/// </remarks>
public sealed class LocalTraining
{
    private readonly SegmentModel _base;
    private readonly LocalExamples _examples;
    private readonly WeightLayout _layout;
    private readonly float[] _baseWeights;

    /// <summary>Makes the trainer.</summary>
    /// <param name="baseModel">The run's base bundle, loaded: shape, scheme, normalizer, titles, and the weights that nobody trains. Not disposed here.</param>
    /// <param name="examples">The trainer's examples, labelled with its site's scheme.</param>
    /// <param name="scope">Which weights travel.</param>
    public LocalTraining(SegmentModel baseModel, LocalExamples examples, SharedScope scope)
    {
        ArgumentNullException.ThrowIfNull(baseModel);
        ArgumentNullException.ThrowIfNull(scope);
        (_base, _examples) = (baseModel, examples);
        _layout = WeightLayout.Of(baseModel.Network);
        _baseWeights = _layout.Read(baseModel.Network);
        (Shared, Site) = (scope.SharedOf(_layout), scope.SiteOf(_layout));
    }

    /// <summary>The weights that travel (P).</summary>
    public WeightSubset Shared { get; }

    /// <summary>The weights that the site keeps (Q).</summary>
    public WeightSubset Site { get; }

    /// <summary>Trains for a round, after measuring the weights that it begins with.</summary>
    /// <exception cref="InsufficientDataException">There is no training example.</exception>
    /// <exception cref="ArgumentException">A vector is of another length than what travels, or a number is out of its bounds.</exception>
    /// <exception cref="OperationCanceledException">It was stopped between two steps.</exception>
    public LocalResult Run(LocalRound round, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(round);
        ArgumentOutOfRangeException.ThrowIfLessThan(round.Options.Epochs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(round.Options.StepsMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(round.Round, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(round.Round, round.Rounds);
        var examples = _examples.Training.Examples;
        if (examples.Count == 0)
        {
            throw new InsufficientDataException("The trainer has no training example.");
        }

        using var threads = TorchThreads.Fix(round.Options.Threads);

        // All at once: a vector's last digits hang on what it is computed with, and a round that is done again must give the same bits.
        _base.Texts.Prepare(InputEncoder.TextsOf(examples.Concat(_examples.Validation.Examples).Select(example => example.Input)));
        var start = Assemble(round.Weights, round.SiteWeights);
        var validation = Validate(start);
        var (options, seed) = (round.Options, round.Seed);
        IStepGradients gradients = options.Clipping is { } clipping
            ? new CustomerGradients(examples, clipping, seed)
            : new BatchGradients(examples, options.Network.BatchSize, seed);
        var steps = (int)Math.Min((long)gradients.StepsPerEpoch * options.Epochs, options.StepsMax);
        using var rule = new LocalStepRule(Shared, round);
        using var loop = new TrainingLoop(
            () => CreateNetwork(start), _base.Encoder, gradients, options.Network,
            new RateSchedule(checked(steps * round.Rounds), steps * (round.Round - 1)), seed, rule);
        var losses = 0.0;
        while (loop.Steps < steps)
        {
            var before = loop.Steps;
            losses += loop.RunEpoch(steps, cancellationToken) * (loop.Steps - before);
        }

        var trained = _layout.Read(loop.Averaged);
        var control = rule.ControlDelta(round.Control);
        var update = new TrainerUpdate(
            round.Trainer, Subtract(Shared.Read(trained), round.Weights), examples.Count, loop.Steps, control);
        return new LocalResult(update, losses / loop.Steps, validation, Site.Read(trained), control is null ? null : Add(round.Control!, control));
    }

    /// <summary>How weights do on the trainer's validation examples, once recalibrated on these: what rounds are compared by.</summary>
    /// <param name="weights">(P) shared weights.</param>
    /// <param name="siteWeights">(Q) the site's own; null for the base bundle's.</param>
    /// <param name="threads">Torch's threads meanwhile.</param>
    public ScoreSums Validate(ReadOnlySpan<float> weights, float[]? siteWeights, int threads = 1)
    {
        using var fixedThreads = TorchThreads.Fix(threads);
        return Validate(Assemble(weights, siteWeights));
    }

    /// <summary>Answers a question that calibrates weights or decides between segments, from the trainer's validation examples.</summary>
    /// <param name="question">The question, see <see cref="FinishState"/>.</param>
    /// <param name="weights">(P) the shared weights that are to be served.</param>
    /// <param name="siteWeights">(Q) the site's own; null for the base bundle's.</param>
    /// <param name="threads">Torch's threads meanwhile.</param>
    public FinishSums Answer(FinishQuestion question, ReadOnlySpan<float> weights, float[]? siteWeights, int threads = 1)
    {
        using var fixedThreads = TorchThreads.Fix(threads);
        return FinishSums.Of(question, Run(Assemble(weights, siteWeights)), _examples.Validation.Examples);
    }

    /// <summary>How a finished model does on the trainer's validation examples: flattering, since they calibrated it.</summary>
    /// <param name="finished">Calibration and decision weights.</param>
    /// <param name="weights">(P) the shared weights that are to be served.</param>
    /// <param name="siteWeights">(Q) the site's own; null for the base bundle's.</param>
    /// <param name="threads">Torch's threads meanwhile.</param>
    public ScoreSums Measure(FinishState finished, ReadOnlySpan<float> weights, float[]? siteWeights, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(finished);
        using var fixedThreads = TorchThreads.Fix(threads);
        return Measure(Run(Assemble(weights, siteWeights)), finished.Calibration, finished.Weights);
    }

    private ScoreSums Validate(float[] whole)
    {
        // Recalibrated as forecasts are: a drift in how often labels occur is not what tells a better round.
        var heads = Run(whole);
        var weights = Enumerable.Repeat(1.0, _base.Scheme.Count).ToArray();
        return heads.Length == 0
            ? ScoreSums.Of(_examples.Validation, [], weights)
            : Measure(heads, Calibration.Fit(heads, _examples.Validation.Examples), weights);
    }

    private ScoreSums Measure(Heads[] heads, Calibration calibration, double[] weights) =>
        ScoreSums.Of(_examples.Validation, Array.ConvertAll(heads, calibration.ToForecast), weights);

    private Heads[] Run(float[] whole)
    {
        using var network = CreateNetwork(whole);
        return NetworkForecasts.Run(network, _base.Encoder, [.. _examples.Validation.Examples.Select(example => example.Input)]);
    }

    private SegmentNetwork CreateNetwork(float[] whole)
    {
        var network = new SegmentNetwork(_base.Config, seed: 0);
        _layout.Write(network, whole);
        var trained = Shared.Entries.Concat(Site.Entries).Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, weight) in network.named_parameters())
        {
            weight.requires_grad_(trained.Contains(name));
        }

        return network;
    }

    private float[] Assemble(ReadOnlySpan<float> shared, float[]? site)
    {
        var whole = _baseWeights.ToArray();
        Shared.Write(shared, whole);
        if (site is not null)
        {
            Site.Write(site, whole);
        }

        return whole;
    }

    private static float[] Subtract(float[] one, float[] other) => [.. one.Zip(other, (x, y) => x - y)];

    private static float[] Add(float[] one, float[] other) => [.. one.Zip(other, (x, y) => x + y)];
}
