using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace OrleansSeg.Silo.Storage.Redis;

/// <summary>Checks the connection string. A message names the setting and never what it holds.</summary>
internal sealed class RedisConnectionValidator : IValidateOptions<RedisOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, RedisOptions options) => ProblemOf(options.ConnectionString) is { } problem
        ? ValidateOptionsResult.Fail($"Redis:{nameof(options.ConnectionString)}: {problem}")
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
            return ConfigurationOptions.Parse(text).EndPoints.Count == 0 ? "it names no server." : null;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException or InvalidOperationException)
        {
            // What the parser says may quote the text, so it is not passed on.
            return "it is not a configuration string of StackExchange.Redis ('host:port,password=...').";
        }
    }
}
