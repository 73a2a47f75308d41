using OrleansSeg.Customers;
using OrleansSeg.Federation.Privacy;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Federation.Work.Masking;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Federation.Aggregation;
using OrleansSeg.Model.Federation.Compression;
using OrleansSeg.Model.Federation.Drift;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Federation.Work;

/// <summary>A trainer's part of every step, on its share of its site's customers.</summary>
internal sealed class TrainerWork(RunBundles bundles, TrainerData data, TrainerExchange exchange, IGrainFactory grains) : ITrainerWork
{
    /// <inheritdoc />
    public async Task<TrainerOutput> RunAsync(string trainer, StepOrder order, TrainerMemory memory, StepSeed seed, CancellationToken cancellationToken)
    {
        LibTorch.EnsureLoadable();
        var input = await bundles.ReadAsync(order.Input, cancellationToken);
        var local = await data.OfAsync(trainer, order, input.Facts.Plan, cancellationToken);
        return order.Step switch
        {
            { Phase: RunPhase.Fitting } => await FitAsync(trainer, input.Facts, local, memory.Secrets, cancellationToken),
            { Phase: RunPhase.Training, Stage: RoundStage.Training } => await TrainAsync(trainer, order, input, local, memory.Private, seed, cancellationToken),
            { Phase: RunPhase.Training } => await TakeStageAsync(trainer, order, input, local, memory.Secrets, seed, cancellationToken),
            _ => new TrainerOutput(RunBundles.FilesOf(await EvaluateAsync(input, local, cancellationToken)), null),
        };
    }

    /// <inheritdoc />
    public void Forget(string trainer) => data.Forget(trainer);

    private async Task<TrainerOutput> FitAsync(string trainer, RunFacts facts, TrainerShare local, byte[]? secrets, CancellationToken cancellationToken)
    {
        switch (facts.Fitting)
        {
            case FittingStage.Span:
                var (key, secretsBefore) = facts.Plan.SecureAggregation ? exchange.Identify(trainer, secrets) : default;
                return new TrainerOutput(RunBundles.FilesOf(await MeasureAsync(local, key, cancellationToken)), null) { SecretsBefore = secretsBefore };
            case FittingStage.Drift:
                return new TrainerOutput(RunBundles.FilesOf(await CompareAsync(facts, local, cancellationToken)), null);
            default:
                return new TrainerOutput(RunBundles.FilesOf(await local.Customers.CountAsync(facts.Data!, cancellationToken)), null);
        }
    }

    private async Task<DriftCounts> CompareAsync(RunFacts facts, TrainerShare local, CancellationToken cancellationToken)
    {
        var (hash, question) = (facts.Champions[local.Site], facts.Drift[local.Site]);
        using var model = await bundles.ReadModelAsync(hash, cancellationToken);
        var card = await bundles.ReadCardAsync(hash, cancellationToken);
        var scheme = card.Lineage?.Thresholds.TryGetValue(local.Site, out var threshold) ?? false
            ? model.Scheme with { HighValueThreshold = threshold }
            : model.Scheme;
        return await local.Customers.CompareAsync(question, model, scheme, cancellationToken);
    }

    private async Task<SpanAnswer> MeasureAsync(TrainerShare local, byte[]? publicKey, CancellationToken cancellationToken) => new(
        await local.Customers.MeasureAsync(cancellationToken),
        await grains.GetGrain<ITrainingHistoryGrain>(new PartitionKey(local.Site, 0).GrainKey).GetRetainedFromAsync(),
        publicKey);

    private Task<TrainerOutput> TakeStageAsync(
        string trainer, StepOrder order, RunInput input, TrainerShare local, byte[]? secrets, StepSeed seed, CancellationToken cancellationToken)
    {
        var facts = input.Facts;
        var encoding = MaskedRounds.EncodingOf(facts, input.Weights!.Length);
        var round = MaskedRounds.Of(facts.Plan, facts.Roster, order.Step, MaskedRounds.LengthOf(encoding));
        return exchange.RunAsync(
            trainer, order, round, secrets,
            async () => await MaskedRounds.VectorOfAsync(facts, await RunRoundAsync(trainer, order, input, local, null, seed, cancellationToken), encoding, seed),
            cancellationToken);
    }

    private async Task<TrainerOutput> TrainAsync(
        string trainer, StepOrder order, RunInput input, TrainerShare local, byte[]? memory, StepSeed seed, CancellationToken cancellationToken)
    {
        var facts = input.Facts;
        var compressor = Strategies.CompressorOf(facts.Plan);
        var control = Strategies.Of(facts.Plan).UsesControlVariates ? Kept(TrainerKept.Control) : null;
        var residual = compressor.Lossy ? Kept(TrainerKept.Residual) : null;
        var result = await RunRoundAsync(trainer, order, input, local, control, seed, cancellationToken);
        var sent = ErrorFeedback.Compress(
            compressor, RoundNoise.Clip(facts.Plan, result.Update.Delta), residual, UpdateCompressors.Seed(facts.Plan.Seed, order.Step.Round, trainer));
        var told = new UpdateFacts(result.Update.Examples, result.Update.Steps, result.TrainingLoss, result.Validation);
        return new TrainerOutput(RunBundles.FilesOf(sent.Bytes, result.Update.ControlDelta, result.SiteWeights, told), TrainerKept.Write(order.Step, KeptAfter()));

        float[] Kept(string what) => TrainerKept.Read(memory, what, order.Step, facts.Counted.GetValueOrDefault(trainer), input.Weights!.Length);

        IEnumerable<(string What, float[] Before, float[] After)> KeptAfter()
        {
            if (control is not null)
            {
                yield return (TrainerKept.Control, control, result.Control!);
            }

            if (residual is not null)
            {
                yield return (TrainerKept.Residual, residual, sent.Residual);
            }
        }
    }

    private async Task<LocalResult> RunRoundAsync(
        string trainer, StepOrder order, RunInput input, TrainerShare local, float[]? control, StepSeed seed, CancellationToken cancellationToken)
    {
        var facts = input.Facts;
        var strategy = Strategies.Of(facts.Plan);
        using var start = await bundles.ReadModelAsync(facts.Base!, cancellationToken);
        var examples = await local.ExamplesAsync(facts, cancellationToken);
        return new LocalTraining(start, examples, Strategies.ScopeOf(facts.Plan)).Run(
            new LocalRound
            {
                Trainer = trainer,
                RunSeed = facts.Plan.Seed,
                Round = order.Step.Round,
                Rounds = facts.Plan.Rounds,
                Weights = input.Weights!,
                SiteWeights = input.Sites.GetValueOrDefault(local.Site),
                Rule = new LocalRule(
                    strategy.ProximalWeight,
                    control is null ? null : ScaffoldTrainer.Correction(Scaffold.Control(input.Server, input.Weights!.Length), control)),
                Control = control,
                Options = new LocalOptions { Epochs = facts.Plan.LocalEpochs }.With(await RoundNoise.OfCustomersAsync(facts, trainer, examples, seed)),
            },
            cancellationToken);
    }

    private async Task<EvaluationAnswer> EvaluateAsync(RunInput input, TrainerShare local, CancellationToken cancellationToken)
    {
        var facts = input.Facts;
        var examples = await local.ExamplesAsync(facts, cancellationToken);
        using var start = await bundles.ReadModelAsync(facts.Base!, cancellationToken);
        var training = new LocalTraining(start, examples, Strategies.ScopeOf(facts.Plan));
        var site = input.Sites.GetValueOrDefault(local.Site);
        switch (facts.Stage)
        {
            case EvaluationStage.Validate:
                return new EvaluationAnswer { Validation = training.Validate(input.Weights, site), Baselines = BaselineCounts.Of(examples.Training) };
            case EvaluationStage.Calibrate:
                var question = facts.FinishOf(local.Site);
                return new EvaluationAnswer { Sums = question.Done ? null : training.Answer(question.Question, input.Weights, site) };
            default:
                var finish = facts.FinishOf(local.Site);
                using (var finished = GlobalModel.Finish(start, Strategies.ScopeOf(facts.Plan), input.Weights, site, finish))
                {
                    return await CompareAsync(facts, local, training.Measure(finish, input.Weights, site), finished, cancellationToken);
                }
        }
    }

    private async Task<EvaluationAnswer> CompareAsync(
        RunFacts facts, TrainerShare local, ScoreSums validation, SegmentModel finished, CancellationToken cancellationToken)
    {
        var holdout = await local.Customers.ReadHoldoutAsync(facts.Data!, local.SchemeOf(facts), cancellationToken);
        using var champion = await ChampionAsync(facts, local.Site, cancellationToken);
        var (ours, theirs) = (HoldoutScores.Measure(finished, holdout), champion is null ? null : HoldoutScores.Measure(champion, holdout));
        var baselines = facts.Baselines!.MeasureEach(holdout);
        return new EvaluationAnswer
        {
            Validation = validation,
            Challenger = ours.Sums,
            Champion = theirs?.Sums,
            AgainstChampion = theirs is null ? null : PairedLosses.Of(ours.Losses, theirs.Losses),
            BaselineScores = baselines.ToDictionary(baseline => baseline.Key, baseline => baseline.Value.Sums),
            AgainstBaselines = baselines.ToDictionary(baseline => baseline.Key, baseline => PairedLosses.Of(ours.Losses, baseline.Value.Losses)),
        };
    }

    /// <summary>The model in service; null when there is none, or one that this version cannot load.</summary>
    private async Task<SegmentModel?> ChampionAsync(RunFacts facts, string site, CancellationToken cancellationToken)
    {
        try
        {
            return facts.Champions.TryGetValue(site, out var hash) ? await bundles.ReadModelAsync(hash, cancellationToken) : null;
        }
        catch (BundleCorruptException)
        {
            return null;
        }
    }
}
