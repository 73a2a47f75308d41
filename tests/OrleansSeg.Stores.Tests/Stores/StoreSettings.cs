using Microsoft.Extensions.Configuration;

namespace OrleansSeg.Stores.Tests;

/// <summary>What a silo-config file would say.</summary>
internal static class StoreSettings
{
    /// <summary>A configuration that names a store and its connection string.</summary>
    /// <param name="store">Its name under <c>OrleansSeg:Storage</c>.</param>
    /// <param name="connectionString">How to reach it.</param>
    /// <param name="more">Further settings, with their whole path.</param>
    public static IConfiguration Of(string store, string connectionString, params IEnumerable<(string Key, string? Value)> more)
    {
        var section = store switch { "postgres" => "Postgres", "redis" => "Redis", _ => throw new ArgumentOutOfRangeException(nameof(store), store, null) };
        var values = new Dictionary<string, string?>
        {
            ["OrleansSeg:Storage"] = store,
            ["OrleansSeg:DataDirectory"] = Path.Combine(Path.GetTempPath(), "orleansseg-stores-tests"),
            [$"OrleansSeg:{section}:ConnectionString"] = connectionString,
            [$"OrleansSeg:{section}:StartWaitMax"] = "00:00:00",
        };
        foreach (var (key, value) in more)
        {
            values[key] = value;
        }

        return new ConfigurationBuilder().AddInMemoryCollection(values).Build();
    }
}
