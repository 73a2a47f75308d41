using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;

namespace OrleansSeg.Cli.Rounds;

/// <summary>The options that say what a run does; what is left out has the plan's default.</summary>
internal sealed class PlanOptions
{
    private const int DaysMax = 1_000_000;
    private static readonly FederatedPlan Defaults = new();

    private readonly Option<string[]> _sites = new("--sites")
    {
        Description = "Sites that take part, with commas between them. Default: the one of --site.",
        CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries))],
    };

    private readonly Option<int> _trainersPerSite = new("--trainers-per-site")
    {
        Description = "Trainers that a site's partitions are divided among, 1 to 64.", DefaultValueFactory = _ => Defaults.TrainersPerSite,
    };

    private readonly Option<int> _rounds = new("--rounds") { Description = "Rounds of training, 1 to 100.", DefaultValueFactory = _ => Defaults.Rounds };

    private readonly Option<string> _strategy = new("--strategy")
    {
        Description = "How updates become one model: fedavg, fedprox, fedavgm, fedadam, fedyogi or scaffold.", DefaultValueFactory = _ => Defaults.Strategy,
    };

    private readonly Option<ImmutableSortedDictionary<string, double>?> _settings = new("--set")
    {
        Description = "Settings of the strategy, such as serverRate=0.5.", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = true, CustomParser = ParseSettings,
    };

    private readonly Option<int> _localEpochs = new("--local-epochs")
    {
        Description = "Passes of each trainer over its examples in a round, 1 to 50.", DefaultValueFactory = _ => Defaults.LocalEpochs,
    };

    private readonly Option<int> _horizon = new("--horizon")
    {
        Description = "Days after a cutoff that labels look ahead, 1 to 730.", DefaultValueFactory = _ => (int)Defaults.Horizon.TotalDays,
    };

    private readonly Option<int> _reportersMin = new("--reporters-min")
    {
        Description = "Fewest trainers whose updates make a round; 0 for more than half.", DefaultValueFactory = _ => Defaults.ReportersMin,
    };

    private readonly Option<int> _deadlineMin = new("--deadline-min")
    {
        Description = "Seconds that a round waits at least for the slow once enough have reported, 1 to 3,600.", DefaultValueFactory = _ => (int)Defaults.DeadlineMin.TotalSeconds,
    };

    private readonly Option<int> _deadlineMax = new("--deadline-max")
    {
        Description = "Seconds after which a step without enough reports fails the run, 10 to 86,400.", DefaultValueFactory = _ => (int)Defaults.DeadlineMax.TotalSeconds,
    };

    private readonly Option<string> _late = new("--late-updates")
    {
        Description = "What becomes of an update that a round was closed without: drop; or keep, to count in the next round, for less the later it is.",
        DefaultValueFactory = _ => Defaults.LateUpdates,
    };

    private readonly Option<string> _compression = new("--compression")
    {
        Description = "How updates are made small: none, int8 or topk.", DefaultValueFactory = _ => Defaults.Compression,
    };

    private readonly Option<string> _scope = new("--scope")
    {
        Description = "What is trained and shared: everything; site-heads, each site its own heads on a shared base; fusion, without the sequence encoder; or heads alone.",
        DefaultValueFactory = _ => Defaults.Scope,
    };

    private readonly ConditionOptions _condition = new();

    private readonly PrivacyOptions _privacy = new();

    private readonly Option<DateTimeOffset?> _cutoff = InstantOption.Optional("--cutoff", "The latest instant that training knows. Default: --as-of, else the run's start.");

    private readonly Option<bool> _secure = new("--secure-aggregation")
    {
        Description = "Mask updates, so that only their sum can be read; needs --update-clip and 3 trainers.",
    };

    private readonly Option<double> _updateClip = new("--update-clip")
    {
        Description = "Norm to which each trainer shortens its update before it leaves; 0 for no bound.", DefaultValueFactory = _ => Defaults.UpdateClipNorm,
    };

    private readonly Option<string> _forgetting = new("--forgetting")
    {
        Description = "Of customers who were erased: keep what models learned from them, and mark what comes of it; or restart from what cannot know them.",
        DefaultValueFactory = _ => Defaults.Forgetting,
    };

    private readonly Option<bool> _interval = new("--gate-interval")
    {
        Description = "Promote only if the 95 % interval of the difference in log loss on the holdout, customer by customer, lies below zero.",
    };

    private readonly Option<bool> _keep = new("--no-promote") { Description = "Keep the model as a candidate even if it is better." };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[]
        {
            _sites, _trainersPerSite, _rounds, _strategy, _settings, _localEpochs, _horizon, _reportersMin, _deadlineMin, _deadlineMax, _late, _compression, _scope, _secure, _updateClip,
            _cutoff, _forgetting, _interval, _keep,
        })
        {
            command.Options.Add(option);
        }

        _condition.AddTo(command);
        _privacy.AddTo(command);
    }

    /// <summary>The plan that the command line asks for.</summary>
    /// <exception cref="UsageException">It breaks a bound; the message names every field that does.</exception>
    public FederatedPlan Read(ParseResult parsed, CommonSettings settings)
    {
        var plan = new FederatedPlan
        {
            Sites = [.. parsed.GetValue(_sites) is { Length: > 0 } sites ? sites : [settings.Site]],
            TrainersPerSite = parsed.GetValue(_trainersPerSite),
            Rounds = parsed.GetValue(_rounds),
            Strategy = parsed.GetValue(_strategy)!,
            StrategySettings = parsed.GetValue(_settings) ?? Defaults.StrategySettings,
            LocalEpochs = parsed.GetValue(_localEpochs),
            Horizon = TimeSpan.FromDays(Math.Clamp(parsed.GetValue(_horizon), -DaysMax, DaysMax)),
            Seed = settings.Seed,
            ReportersMin = parsed.GetValue(_reportersMin),
            DeadlineMin = TimeSpan.FromSeconds(parsed.GetValue(_deadlineMin)),
            DeadlineMax = TimeSpan.FromSeconds(parsed.GetValue(_deadlineMax)),
            LateUpdates = parsed.GetValue(_late)!,
            Compression = parsed.GetValue(_compression)!,
            Scope = parsed.GetValue(_scope)!,
            SecureAggregation = parsed.GetValue(_secure),
            Cutoff = parsed.GetValue(_cutoff) ?? settings.AsOf,
            Forgetting = parsed.GetValue(_forgetting)!,
            Promote = !parsed.GetValue(_keep),
            GateInterval = parsed.GetValue(_interval),
            Condition = _condition.Read(parsed),
            UpdateClipNorm = parsed.GetValue(_updateClip),
            Privacy = _privacy.Read(parsed),
        };
        var problems = PlanCheck.Problems(plan).ToList();
        return problems.Count == 0 ? plan : throw new UsageException(string.Join(Environment.NewLine, problems.Select(problem => $"  {problem}").Prepend("The plan is not valid:")));
    }

    private static ImmutableSortedDictionary<string, double>? ParseSettings(ArgumentResult result)
    {
        var settings = ImmutableSortedDictionary.CreateBuilder<string, double>(StringComparer.Ordinal);
        foreach (var text in result.Tokens.Select(token => token.Value))
        {
            var parts = text.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts is not [{ Length: > 0 } name, var number] || !double.TryParse(number, CultureInfo.InvariantCulture, out var value))
            {
                result.AddError($"--set: '{text}' is no setting such as serverRate=0.5.");
            }
            else if (!settings.TryAdd(name, value))
            {
                result.AddError($"--set: '{name}' is set twice.");
            }
        }

        return settings.ToImmutable();
    }
}
