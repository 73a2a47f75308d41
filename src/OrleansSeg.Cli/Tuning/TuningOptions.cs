using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OrleansSeg.Model.Tuning;
using OrleansSeg.Model.Tuning.Pruning;
using OrleansSeg.Model.Tuning.Samplers;

namespace OrleansSeg.Cli.Tuning;

/// <summary>The options of a search.</summary>
internal sealed partial class TuningOptions
{
    private readonly Option<int?> _trials = new("--tune") { Description = "Try so many settings first, by log loss on validation, and train with the best; 2 to 1000." };
    private readonly Option<string> _sampler = Samplers("--sampler");
    private readonly Option<string> _pruner = Pruners("--prune", "median");

    private readonly Option<string?> _study = new("--study") { Description = "Name of the search: begun again under it, it goes on where it ended. Default: a new one." };

    private readonly Option<int> _examples = new("--tune-examples") { Description = "Most training examples of a trial, at least 500; 0 for as many as in training.", DefaultValueFactory = _ => 0 };

    public TuningOptions()
    {
        _trials.Validators.Add(result => Check(result, "--tune", 2, 1_000));
        _examples.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var value) && value != 0 && value < 500)
            {
                result.AddError($"--tune-examples must be 0, or at least 500, not {value}.");
            }
        });
        _study.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !StudyName().IsMatch(token.Value))
            {
                result.AddError($"--study: '{token.Value}' must have 1 to 64 characters of a-z, 0-9 and '-'.");
            }
        });
    }

    /// <summary>What proposes trials.</summary>
    public static Option<string> Samplers(string name)
    {
        var option = new Option<string>(name) { Description = "What proposes settings: tpe, which learns from the trials; random; or grid.", DefaultValueFactory = _ => "tpe" };
        option.AcceptOnlyFromAmong("tpe", "random", "grid");
        return option;
    }

    /// <summary>What gives trials up.</summary>
    public static Option<string> Pruners(string name, string usual)
    {
        var option = new Option<string>(name)
        {
            Description = "What gives trials up early: median, which are worse than half of the others at the same epoch; halving, worse than half at epochs 1, 2, 4, 8; or none.",
            DefaultValueFactory = _ => usual,
        };
        option.AcceptOnlyFromAmong("median", "halving", "none");
        return option;
    }

    /// <summary>A sampler by its name.</summary>
    public static ISampler SamplerOf(string name, SearchSpace space, int trials, int seed) => name switch
    {
        "grid" => new GridSampler(space, trials, seed),
        "random" => new RandomSampler(space, seed),
        _ => new TpeSampler(space, seed, Math.Clamp(trials / 3, 4, 10)),
    };

    /// <summary>A pruner by its name.</summary>
    public static IPruner PrunerOf(string name) => name switch
    {
        "none" => new NoPruner(),
        "halving" => new HalvingPruner(),
        _ => new MedianPruner(),
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _trials, _sampler, _pruner, _study, _examples })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What was asked for; null for no search.</summary>
    /// <exception cref="UsageException">An option of a search was given without one.</exception>
    public TuningWish? Read(ParseResult parsed)
    {
        if (parsed.GetValue(_trials) is { } trials)
        {
            return new TuningWish(trials, parsed.GetValue(_sampler)!, parsed.GetValue(_pruner)!, parsed.GetValue(_study), parsed.GetValue(_examples));
        }

        var lone = new Option[] { _sampler, _pruner, _study, _examples }.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });
        return lone is null ? null : throw new UsageException($"{lone.Name} says how to tune: give --tune N too.");
    }

    private static void Check(OptionResult result, string name, int min, int max)
    {
        if (result.Tokens is [var token] && int.TryParse(token.Value, out var value) && (value < min || value > max))
        {
            result.AddError($"{name} must be {min} to {max}, not {value}.");
        }
    }

    [GeneratedRegex("^[a-z0-9-]{1,64}$")]
    private static partial Regex StudyName();
}

/// <summary>A search that was asked for.</summary>
/// <param name="Trials">Trials in all.</param>
/// <param name="Sampler">What proposes.</param>
/// <param name="Pruner">What gives up.</param>
/// <param name="Study">Its name; null for a new one.</param>
/// <param name="ExamplesMax">Most training examples of a trial; 0 for no bound of its own.</param>
internal sealed record TuningWish(int Trials, string Sampler, string Pruner, string? Study, int ExamplesMax)
{
    /// <summary>What must be the same when a study goes on.</summary>
    public IEnumerable<KeyValuePair<string, JsonNode?>> Configuration =>
    [
        new("sampler", Sampler), new("prune", Pruner), new("examplesMax", ExamplesMax),

        // A grid is laid for its number of trials; the others propose the same whatever there is to come.
        .. Sampler == "random" ? [] : new KeyValuePair<string, JsonNode?>[] { new("trials", Trials) },
    ];
}
