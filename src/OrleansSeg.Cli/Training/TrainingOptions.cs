using System.Collections.Immutable;
using System.CommandLine;
using OrleansSeg.Federation;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Tuning;

namespace OrleansSeg.Cli.Training;

/// <summary>Options that training and evaluation share.</summary>
internal static class TrainingOptions
{
    /// <summary>Names the small title vectors of the model's own.</summary>
    public const string OwnTitles = "titles";

    /// <summary>How far after a cutoff labels look, in days.</summary>
    public static Option<int> Horizon()
    {
        var option = new Option<int>("--horizon") { Description = "Days after a cutoff that labels look ahead.", DefaultValueFactory = _ => 90 };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var days) && days is < 1 or > 730)
            {
                result.AddError($"--horizon must be 1 to 730 days, not {days}.");
            }
        });
        return option;
    }

    /// <summary>What to tell apart; null for the silo's own setting.</summary>
    public static Option<string?> Scheme()
    {
        var option = new Option<string?>("--scheme")
        {
            Description = $"Segments to tell apart: {SchemeChoice.Forms}. Default: Training:Scheme of the configuration, else {SegmentScheme.PredictiveName}.",
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !SchemeChoice.TryParse(result.Tokens[0].Value, out _))
            {
                result.AddError($"--scheme: '{result.Tokens[0].Value}' is no scheme: {SchemeChoice.Forms}.");
            }
        });
        return option;
    }

    /// <summary>What texts are read with.</summary>
    public static Option<string> TextEncoder() => new("--text-encoder")
    {
        Description = $"What reads titles and messages: {OwnTitles}, small vectors of the model's own; {TrainingRequest.NoTexts}; or a text encoder, by its folder or by its hash in the model store.",
        DefaultValueFactory = _ => OwnTitles,
    };

    /// <summary>Whether to fit again once tuning is done.</summary>
    public static Option<bool> Refit() => new("--refit")
    {
        Description = "Once validation has tuned it, fit again on all whose horizon has passed, validation's customers too: closer to today, and to the season just gone.",
    };

    /// <summary>What is set about the model.</summary>
    public static Option<string[]> Settings() => new("--set")
    {
        Description = $"Settings of the model, as name=value: {string.Join(", ", NetworkSettings.Names)}.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [],
    };

    /// <summary>Reads <see cref="Settings"/>.</summary>
    /// <exception cref="UsageException">One is none, or out of bounds.</exception>
    public static ImmutableSortedDictionary<string, string> SettingsOf(IEnumerable<string> given)
    {
        var settings = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var one in given)
        {
            var (name, value) = one.Split('=', 2) is [var left, var right] ? (left, right) : throw new UsageException($"--set: '{one}' is no name=value.");
            settings[name] = value;
        }

        try
        {
            NetworkSettings.Of(settings);
            return settings.ToImmutable();
        }
        catch (ArgumentException exception)
        {
            throw new UsageException($"--set: {exception.Message}");
        }
    }

    /// <summary>The <see cref="TrainingRequest.TextEncoder"/> that a value of the option means.</summary>
    /// <exception cref="UsageException">It names no folder.</exception>
    public static string? TextEncoderOf(string value)
    {
        switch (value)
        {
            case OwnTitles:
                return null;
            case TrainingRequest.NoTexts:
                return value;
            case var hash when BundleFolder.IsHash(hash):
                return hash;
            default:
                return Directory.Exists(value) ? Path.GetFullPath(value) : throw new UsageException($"--text-encoder: there is no folder '{value}'.");
        }
    }
}
