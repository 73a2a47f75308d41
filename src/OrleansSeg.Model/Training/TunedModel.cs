using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Sequences;

namespace OrleansSeg.Model.Training;

/// <summary>Our model as validation left it, and what it takes to train it again on all that is known.</summary>
/// <param name="model">The model; owned.</param>
/// <param name="options">How it was trained.</param>
/// <param name="epochs">Epochs after which validation was best.</param>
/// <param name="shares">How much each member counts; the model's heads have them.</param>
/// <param name="stage">Name in progress lines.</param>
internal sealed class TunedModel(SegmentModel model, NetworkTrainingOptions options, int epochs, MemberShares shares, string stage) : ITunedForecaster
{
    /// <summary>The model.</summary>
    public SegmentModel Model => model;

    /// <summary>How much each of its members counts; null for one member.</summary>
    public IReadOnlyList<MemberShare>? Members => shares.Shares.Length == 1
        ? null
        : [.. model.Config.Encoders.Zip(shares.Shares, (encoder, share) => new MemberShare(encoder, Math.Round(share, 4)))];

    /// <inheritdoc />
    public IReadOnlyList<Forecast> Forecast(IReadOnlyList<CustomerInput> inputs) => model.Forecast(inputs);

    /// <inheritdoc />
    IForecaster ITunedForecaster.Refit(ExampleSet matured, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken) =>
        Refit(matured, seed, progress, cancellationToken);

    /// <inheritdoc cref="ITunedForecaster.Refit"/>
    /// <remarks>Texts are read as before; features are normalized anew, since what is recent reaches further than what validation followed.</remarks>
    public SegmentModel Refit(ExampleSet matured, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var normalizer = FeatureNormalizer.Fit([.. matured.Examples.Select(example => example.Input.Aggregates)]);
        var config = model.Config with { AggregateWidth = normalizer.Width };
        var texts = model.Texts.Share();
        try
        {
            var encoder = new InputEncoder(config, model.Scheme, normalizer, texts);
            var network = new NetworkTrainer(encoder, options, $"{stage}, refitted").Train(config, matured, epochs, seed, progress, cancellationToken);
            shares.FoldInto(network);
            return new SegmentModel(model.Scheme, config, normalizer, texts, network, model.Calibration, [.. model.DecisionWeights]);
        }
        catch
        {
            texts.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    IForecaster? ITunedForecaster.Finish(ExampleSet matured, bool refit, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken) =>
        Finish(matured, refit, seed, progress, cancellationToken);

    /// <inheritdoc cref="ITunedForecaster.Finish"/>
    /// <remarks>What always is fitted again are its members that read the steps alone, where they count.</remarks>
    public SegmentModel? Finish(ExampleSet matured, bool refit, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken) =>
        refit ? Refit(matured, seed, progress, cancellationToken) : RefitStepsAlone(matured, seed, progress, cancellationToken);

    /// <inheritdoc />
    public void Dispose() => model.Dispose();

    private SegmentModel? RefitStepsAlone(ExampleSet matured, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        bool IsFittedAgain(int member) => model.Config.Encoders[member] == SequenceEncoderKind.GruAlone && shares.Shares[member] > 0;
        if (!Enumerable.Range(0, model.Config.Encoders.Length).Any(IsFittedAgain))
        {
            return null;
        }

        var network = new SegmentNetwork(model.Config, seed);
        foreach (var (i, member) in network.Members.Index())
        {
            if (!IsFittedAgain(i))
            {
                member.CopyFrom(model.Network.Members[i]);
                continue;
            }

            using var again = new NetworkTrainer(model.Encoder, options, $"{stage}, steps again")
                .Train(model.Config with { Encoders = [SequenceEncoderKind.GruAlone] }, matured, epochs, seed + i, progress, cancellationToken);
            member.CopyFrom(again.Members[0]);
            shares.FoldInto(member, i);
        }

        return new SegmentModel(model.Scheme, model.Config, model.Normalizer, model.Texts.Share(), network, model.Calibration, [.. model.DecisionWeights]);
    }
}
