using StackExchange.Redis;

namespace OrleansSeg.Silo.Storage.Redis;

/// <summary>Whether a server keeps what it acknowledges: through a crash, and when its memory is full.</summary>
internal static class RedisDurability
{
    private static readonly (string Setting, string Wanted, string Because)[] Settings =
    [
        ("appendonly", "yes", "it would keep nothing through a crash"),
        ("appendfsync", "always", "a crash would lose what it acknowledged last"),
        ("no-appendfsync-on-rewrite", "no", "a crash during a rewrite of its log would lose what it acknowledged"),
        ("maxmemory-policy", "noeviction", "it would drop records when its memory is full"),
    ];

    private static readonly (string Section, string Field, string Wanted, string Setting)[] Facts =
    [
        ("persistence", "aof_enabled", "1", "appendonly"),
        ("memory", "maxmemory_policy", "noeviction", "maxmemory-policy"),
    ];

    /// <summary>What is wrong, naming the setting and what it must be; null when nothing is.</summary>
    /// <param name="server">A server that takes writes.</param>
    /// <param name="vouchedFor">Whether settings that may not be read are taken for right.</param>
    public static async Task<string?> ProblemOfAsync(IServer server, bool vouchedFor)
    {
        foreach (var (setting, wanted, because) in Settings)
        {
            RedisResult[] answer;
            try
            {
                // Asked in this form, as INFO below, because the client's own methods want an administrator's connection.
                answer = (RedisResult[])(await server.ExecuteAsync("CONFIG", "GET", setting).ConfigureAwait(false))!;
            }
            catch (Exception exception) when (exception is RedisServerException or RedisCommandException)
            {
                return vouchedFor
                    ? await ProblemOfFactsAsync(server).ConfigureAwait(false)
                    : $"does not let its settings be read (CONFIG GET). It must have {Listed}; where it does, set OrleansSeg:Redis:DurabilityVouchedFor to true.";
            }

            if (answer is [_, var value] && value.ToString() != wanted)
            {
                return $"has {setting} '{value}', which must be '{wanted}': {because}.";
            }
        }

        return null;
    }

    private static string Listed => string.Join(", ", Settings.Select(setting => $"{setting.Setting} '{setting.Wanted}'"));

    private static async Task<string?> ProblemOfFactsAsync(IServer server)
    {
        foreach (var (section, field, wanted, setting) in Facts)
        {
            var found = await FactAsync(server, section, field).ConfigureAwait(false);
            if (found is not null && found != wanted)
            {
                var (_, must, because) = Settings.Single(one => one.Setting == setting);
                return $"says {field} '{found}'; {setting} must be '{must}': {because}.";
            }
        }

        return null;
    }

    private static async Task<string?> FactAsync(IServer server, string section, string field)
    {
        try
        {
            var lines = (string?)await server.ExecuteAsync("INFO", section).ConfigureAwait(false) ?? "";
            var begin = $"{field}:";
            return lines.Split('\n').FirstOrDefault(line => line.StartsWith(begin, StringComparison.Ordinal))?[begin.Length..].TrimEnd();
        }
        catch (Exception exception) when (exception is RedisServerException or RedisCommandException)
        {
            return null;
        }
    }
}
