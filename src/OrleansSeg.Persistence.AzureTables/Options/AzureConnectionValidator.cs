using Microsoft.Extensions.Options;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>Checks what one field's bound cannot say. A message names the setting and never what it holds.</summary>
/// <param name="section">The options' section in a configuration file, which messages name.</param>
/// <param name="endpointName">The connection string's name for this service's address, such as <c>TableEndpoint</c>.</param>
/// <param name="tryConstruct">Makes a client of the connection string, to hear what Azure's own parser says.</param>
internal sealed class AzureConnectionValidator<TOptions>(string section, string endpointName, Action<string> tryConstruct) : IValidateOptions<TOptions>
    where TOptions : AzureConnectionOptions
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        var problems = Problems(options).ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private IEnumerable<string> Problems(TOptions options)
    {
        var connectionString = $"{section}:{nameof(options.ConnectionString)}";
        var serviceUri = $"{section}:{nameof(options.ServiceUri)}";
        if (string.IsNullOrWhiteSpace(options.ConnectionString) == options.ServiceUri is null)
        {
            yield return $"Give exactly one of {connectionString} and {serviceUri}.";
        }

        if (!string.IsNullOrWhiteSpace(options.ConnectionString) && ProblemOf(options.ConnectionString) is { } wrong)
        {
            yield return $"{connectionString}: {wrong}";
        }

        if (options.ServiceUri is { } uri && ProblemOf(uri) is { } wrongUri)
        {
            yield return $"{serviceUri}: {wrongUri}";
        }

        const AzureCredentialKind Managed = AzureCredentialKind.ManagedIdentity;
        if (options.ManagedIdentityClientId is not null && (options.Credential != Managed || options.ServiceUri is null))
        {
            yield return $"{section}:{nameof(options.ManagedIdentityClientId)} needs {serviceUri} and {section}:{nameof(options.Credential)} '{Managed}'.";
        }

        if (options.RetryDelay > options.RetryDelayMax)
        {
            yield return $"{section}:{nameof(options.RetryDelay)} is longer than {section}:{nameof(options.RetryDelayMax)}.";
        }

        if (options.AttemptTimeout > options.OperationTimeout)
        {
            yield return $"{section}:{nameof(options.AttemptTimeout)} is longer than {section}:{nameof(options.OperationTimeout)}.";
        }
    }

    private string? ProblemOf(string connectionString)
    {
        if (ConnectionStringText.ProblemOf(connectionString, endpointName) is { } problem)
        {
            return problem;
        }

        try
        {
            tryConstruct(connectionString);
            return null;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException)
        {
            // What the parser says may quote the text, so it is not passed on.
            return "it is not a connection string of Azure Storage.";
        }
    }

    private static string? ProblemOf(Uri uri) => uri switch
    {
        { IsAbsoluteUri: false } => "it is not an absolute address.",
        { Query.Length: > 0 } or { UserInfo.Length: > 0 } => "it carries a query or a user; a shared access signature belongs into ConnectionString.",
        { Scheme: "https" } or { Scheme: "http", IsLoopback: true } => null,
        _ => "it is not an HTTPS address.",
    };
}
