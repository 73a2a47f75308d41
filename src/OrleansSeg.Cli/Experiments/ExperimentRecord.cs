using System.Text.Json.Nodes;

namespace OrleansSeg.Cli.Experiments;

/// <summary>What a run was and came to; <c>experiment.json</c> in its folder.</summary>
/// <param name="Id">Its folder's name.</param>
/// <param name="Verb">What was run: <c>train</c>, <c>evaluate</c>, <c>suite</c> or <c>tune</c>.</param>
/// <param name="Site">The site.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended; null while it runs, and for ever if its process was killed.</param>
/// <param name="Outcome">How it ended; null like <paramref name="EndedAt"/>.</param>
/// <param name="Failure">Why it failed; null if it did not.</param>
/// <param name="Seed">Seed of everything random.</param>
/// <param name="Configuration">What was asked for, by option.</param>
/// <param name="Fingerprint">Hash over what was read; null until it is known.</param>
/// <param name="Version">The version that it registered; null for none.</param>
/// <param name="LogLoss">Of the test for an evaluation, else of validation; null until it is known.</param>
internal sealed record ExperimentRecord(
    string Id,
    string Verb,
    string Site,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    ExperimentOutcome? Outcome,
    string? Failure,
    int Seed,
    IReadOnlyDictionary<string, JsonNode?> Configuration,
    string? Fingerprint,
    int? Version,
    double? LogLoss)
{
    /// <summary>The record with what a report or a card says.</summary>
    public ExperimentRecord With(JsonNode? result) => this with
    {
        Fingerprint = (string?)(result?["data"] ?? result?["comparison"]?["data"])?["fingerprint"] ?? Fingerprint,
        LogLoss = Number(result?["model"]?["logLoss"] ?? result?["validation"]?["logLoss"]) ?? LogLoss,
    };

    /// <summary>What a run of the same name was asked for that this one is not; null if they may be one.</summary>
    public string? Differs(ExperimentRecord known)
    {
        var (asked, had) = (Options(), known.Options());
        var name = asked.Keys.Union(had.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .FirstOrDefault(name => asked.GetValueOrDefault(name) != had.GetValueOrDefault(name));
        return name is null ? null : $"{name} is {had.GetValueOrDefault(name) ?? "not set"}, not {asked.GetValueOrDefault(name) ?? "not set"}";
    }

    private Dictionary<string, string?> Options()
    {
        var options = Configuration.ToDictionary(option => option.Key, option => option.Value?.ToString(), StringComparer.Ordinal);
        (options["verb"], options["site"], options["seed"]) = (Verb, Site, Seed.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return options;
    }

    private static double? Number(JsonNode? node) => node?.GetValueKind() == System.Text.Json.JsonValueKind.Number ? (double)node : null;
}

/// <summary>How a run ended.</summary>
internal enum ExperimentOutcome
{
    /// <summary>It did what was asked.</summary>
    Done,

    /// <summary>By an error.</summary>
    Failed,

    /// <summary>Stopped by whoever began it.</summary>
    Cancelled,
}

/// <summary>One point of a curve; <c>curves.json</c> holds them in the order in which they came.</summary>
/// <param name="Stage">What was fitted.</param>
/// <param name="Step">Steps done, such as epochs.</param>
/// <param name="TrainingLoss">Mean loss since the last point; null for none.</param>
/// <param name="ValidationLoss">Log loss on validation; null for none.</param>
internal sealed record CurvePoint(string Stage, int Step, double? TrainingLoss, double? ValidationLoss);
