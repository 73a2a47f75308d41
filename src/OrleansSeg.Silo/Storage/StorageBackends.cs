using System.Collections.Frozen;
using OrleansSeg.Silo.Storage.Azure;
using OrleansSeg.Silo.Storage.Postgres;
using OrleansSeg.Silo.Storage.Redis;
using OrleansSeg.Silo.Storage.Sqlite;

namespace OrleansSeg.Silo.Storage;

/// <summary>The stores a silo-config file can name.</summary>
internal static class StorageBackends
{
    private static readonly FrozenDictionary<string, IStorageBackend> ByName =
        new IStorageBackend[] { new SqliteBackend(), new AzureBackend(), new PostgresBackend(), new RedisBackend() }.ToFrozenDictionary(backend => backend.Name, StringComparer.Ordinal);

    /// <summary>Their names, in order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. ByName.Keys.Order(StringComparer.Ordinal)];

    /// <summary>All sections that any of them has: a file may hold those of several, and name one store by the environment.</summary>
    public static IReadOnlyList<string> Sections { get; } = [.. ByName.Values.SelectMany(backend => backend.Sections).Distinct()];

    /// <summary>The store of that name, which <see cref="Configuration.SiloSettings"/> has checked.</summary>
    public static IStorageBackend Named(string name) => ByName[name];
}
