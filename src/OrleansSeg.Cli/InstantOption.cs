using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace OrleansSeg.Cli;

/// <summary>Options that take an instant: ISO 8601, UTC unless it says otherwise, whatever the machine's own zone.</summary>
internal static class InstantOption
{
    /// <summary>An option that must be given.</summary>
    public static Option<DateTimeOffset> Required(string name, string description) => new(name)
    {
        Description = description, Required = true, CustomParser = result => Parse(result) ?? default,
    };

    /// <summary>An option that may be left out.</summary>
    public static Option<DateTimeOffset?> Optional(string name, string description, bool recursive = false) => new(name)
    {
        Description = description, Recursive = recursive, CustomParser = Parse,
    };

    private static DateTimeOffset? Parse(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant))
        {
            return instant;
        }

        result.AddError($"'{text}' is no date or time such as 2011-09-10 or 2011-09-10T12:00:00+01:00.");
        return null;
    }
}
