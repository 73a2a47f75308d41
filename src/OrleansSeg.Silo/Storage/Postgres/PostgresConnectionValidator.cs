using Microsoft.Extensions.Options;
using Npgsql;

namespace OrleansSeg.Silo.Storage.Postgres;

/// <summary>Checks the connection string. A message names the setting and never what it holds.</summary>
internal sealed class PostgresConnectionValidator : IValidateOptions<PostgresOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, PostgresOptions options) => ProblemOf(options.ConnectionString) is { } problem
        ? ValidateOptionsResult.Fail($"Postgres:{nameof(options.ConnectionString)}: {problem}")
        : ValidateOptionsResult.Success;

    private static string? ProblemOf(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            // The attribute says so.
            return null;
        }

        try
        {
            var parsed = new NpgsqlConnectionStringBuilder(text);
            return (parsed.Host, parsed.Database) switch
            {
                (null or "", _) => "it names no Host.",
                (_, null or "") => "it names no Database.",
                _ => null,
            };
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException or KeyNotFoundException)
        {
            // What the parser says may quote the text, so it is not passed on.
            return "it is not a connection string of Npgsql ('Host=...;Database=...;Username=...;Password=...').";
        }
    }
}
