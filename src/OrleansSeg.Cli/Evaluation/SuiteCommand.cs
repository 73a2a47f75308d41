using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using OrleansSeg.Cli.Experiments;
using OrleansSeg.Cli.Output;
using OrleansSeg.Cli.Training;
using OrleansSeg.Cli.Verbs;
using OrleansSeg.Model.Evaluation.Rolling;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Cli.Evaluation;

/// <summary><c>evaluate --suite</c>: contenders fitted anew at several past cutoffs, and compared over all of them.</summary>
internal sealed class SuiteCommand
{
    private static readonly string[] Default = ["lightgbm", "logistic", "rfm", "majority", "gru", "model"];

    private readonly Option<bool> _suite = new("--suite") { Description = "Compare contenders at several past cutoffs, instead of one." };

    private readonly Option<string[]> _contenders = new("--contenders")
    {
        Description = $"With --suite, what to compare; the first is what the others are held against: {ContenderSpec.Known}.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => Default,
    };

    private readonly Option<int> _cutoffs = new("--cutoffs") { Description = "With --suite, past cutoffs to test at, 1 to 24.", DefaultValueFactory = _ => 5 };
    private readonly Option<int> _step = new("--step") { Description = "With --suite, days between two cutoffs, 1 to 365.", DefaultValueFactory = _ => 30 };
    private readonly Option<int> _seeds = new("--seeds") { Description = "With --suite, seeds at each cutoff, 1 to 20, from --seed on.", DefaultValueFactory = _ => 2 };

    private readonly Option<int> _folds = new("--folds")
    {
        Description = "With --suite, parts of the customers, 1 to 20: each is forecast by a fit that saw none of its customers. Default 1: their own past is trained on, as in service.",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<double[]> _learning = new("--learning-curve")
    {
        Description = "With --suite, shares of the customers to fit with at the latest cutoff, such as 0.1 0.3 1.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [],
    };

    private readonly Option<DateTimeOffset?> _last = InstantOption.Optional("--last", "With --suite, the latest cutoff. Default: as late as the horizon allows.");

    private IReadOnlyList<Option> Own => [_contenders, _cutoffs, _step, _seeds, _folds, _learning, _last];

    /// <summary>Adds its options.</summary>
    /// <param name="command">The verb.</param>
    /// <param name="single">Those that say how to measure at one cutoff: they do not go with the suite, nor its own without it.</param>
    public void AddTo(Command command, params IReadOnlyList<Option> single)
    {
        foreach (var option in Own.Prepend(_suite))
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            var isAsked = IsAsked(result);
            foreach (var option in (isAsked ? single : Own).Where(option => result.GetResult(option) is { Implicit: false }))
            {
                result.AddError(isAsked ? $"{option.Name} is for one cutoff, and says nothing with --suite." : $"{option.Name} goes with --suite.");
            }
        });
    }

    /// <summary>Whether the command line asks for it.</summary>
    public bool IsAsked(SymbolResult result) => result.GetValue(_suite);

    /// <summary>Runs it.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="horizon">How far after a cutoff labels look.</param>
    /// <param name="scheme">Segments to tell apart; null for the predictive ones.</param>
    /// <param name="refit">Whether each contender is fitted again once tuning is done.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public async Task<int> RunAsync(VerbContext context, TimeSpan horizon, string? scheme, bool refit, CancellationToken cancellationToken)
    {
        var (parsed, first) = (context.Parsed, context.Settings.Seed);
        var (count, step) = (BoundedNumber.Of("--cutoffs", parsed.GetValue(_cutoffs), 1, 24), BoundedNumber.Of("--step", parsed.GetValue(_step), 1, 365));
        var seeds = BoundedNumber.Of("--seeds", parsed.GetValue(_seeds), 1, 20);
        var (folds, shares) = (BoundedNumber.Of("--folds", parsed.GetValue(_folds), 1, 20), LearningShares(parsed));
        List<Contender> contenders = [.. parsed.GetValue(_contenders)!.Distinct(StringComparer.Ordinal).Select(ContenderSpec.Parse).OrderBy(SuiteDocument.IsNetwork)];
        await using var session = await context.OpenAsync(cancellationToken);
        var histories = await SiteHistories.ReadSomeAsync(session, context.Settings.Site, cancellationToken);

        var end = parsed.GetValue(_last) is { } last ? last + horizon : histories.Max(history => history.Events[^1].Timestamp);
        var plan = new RollingPlan
        {
            Cutoffs = RollingPlan.LatestCutoffs(end, horizon, TimeSpan.FromDays(step), count),
            Seeds = [.. Enumerable.Range(first, seeds)],
            Contenders = contenders,
            Data = new TrainingPlan { Horizon = horizon, Seed = first, Scheme = scheme is null ? SchemeChoice.Predictive : SchemeChoice.Parse(scheme), Refit = refit },
            Folds = folds,
            LearningShares = shares,
        };
        var name = plan.Data.Scheme.ToString();
        var (log, looks) = (new LookLog(context.DataDirectory), new List<CutoffLooks>());
        using var experiment = new ExperimentFolders(context.DataDirectory).Begin("suite", context.Settings.Site, first, Describe(plan, name), TimeProvider.System);
        var comparison = new RollingComparison(_ => histories.ToAsyncEnumerable(), plan, new RollingProgress(context.Output.Say, experiment))
        {
            Looking = cutoff => looks.Add(log.Add(context.Settings.Site, name, horizon, cutoff)),
        };
        var document = await experiment.RunAsync(
            async () => SuiteDocument.Of(name, plan, looks, await comparison.RunAsync(cancellationToken)),
            made => (JsonNode.Parse(VerbOutput.ToJson(made)), null));
        context.Output.Answer(document, screen => RollingTables.Write(screen, document));
        return ExitCodes.Done;
    }

    private static Dictionary<string, JsonNode?> Describe(RollingPlan plan, string scheme) => new()
    {
        ["scheme"] = scheme,
        ["horizonDays"] = plan.Data.Horizon.TotalDays,
        ["cutoffs"] = new JsonArray([.. plan.Cutoffs.Select(cutoff => JsonValue.Create(cutoff))]),
        ["seeds"] = new JsonArray([.. plan.Seeds.Select(seed => JsonValue.Create(seed))]),
        ["contenders"] = new JsonArray([.. plan.Contenders.Select(contender => JsonValue.Create(contender.Name))]),
        ["refit"] = plan.Data.Refit,
        ["folds"] = plan.Folds,
        ["learningShares"] = new JsonArray([.. plan.LearningShares.Select(share => JsonValue.Create(share))]),
    };

    private double[] LearningShares(ParseResult parsed) => parsed.GetValue(_learning)!.All(share => share is > 0 and <= 1)
        ? parsed.GetValue(_learning)!
        : throw new UsageException("--learning-curve takes shares above 0 and up to 1.");
}
