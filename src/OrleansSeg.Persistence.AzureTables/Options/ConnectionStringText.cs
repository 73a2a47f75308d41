namespace OrleansSeg.Persistence.AzureTables;

/// <summary>Reads a connection string only far enough to say what is wrong with it, without repeating any of it.</summary>
internal static class ConnectionStringText
{
    private const string AccountName = "AccountName";
    private const string AccountKey = "AccountKey";
    private const string SharedAccessSignature = "SharedAccessSignature";

    /// <summary>What is wrong, in words that hold no part of the text, or null.</summary>
    /// <param name="text">The connection string.</param>
    /// <param name="endpointName">Its name for this service's address.</param>
    public static string? ProblemOf(string text, string endpointName)
    {
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                return "it is not of the form 'name=value;name=value'.";
            }

            if (!settings.TryAdd(part[..equals].Trim(), part[(equals + 1)..].Trim()))
            {
                return "a setting is there twice.";
            }
        }

        return settings.TryGetValue("UseDevelopmentStorage", out var development) && bool.TryParse(development, out var uses) && uses
            ? null
            : ProblemOf(settings, endpointName);
    }

    private static string? ProblemOf(Dictionary<string, string> settings, string endpointName)
    {
        var hasEndpoint = settings.TryGetValue(endpointName, out var endpoint);
        if (hasEndpoint && !Uri.TryCreate(endpoint, UriKind.Absolute, out _))
        {
            return $"{endpointName} is not an address.";
        }

        if (!settings.ContainsKey(AccountName) && !hasEndpoint)
        {
            return $"it has neither {AccountName} nor {endpointName}.";
        }

        if (settings.TryGetValue(AccountKey, out var key))
        {
            return key.Length > 0 && Convert.TryFromBase64String(key, new byte[key.Length], out _) ? null : $"{AccountKey} is not base64.";
        }

        return settings.ContainsKey(SharedAccessSignature) ? null : $"it has neither {AccountKey} nor {SharedAccessSignature}.";
    }
}
