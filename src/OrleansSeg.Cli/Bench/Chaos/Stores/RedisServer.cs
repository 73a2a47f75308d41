using System.Globalization;

namespace OrleansSeg.Cli.Bench.Chaos.Stores;

/// <summary>A Redis server that writes every change to the disk before it acknowledges it, and evicts nothing.</summary>
internal sealed class RedisServer(string folder) : DatabaseServer(folder)
{
    /// <inheritdoc />
    public override string Store => "redis";

    /// <inheritdoc />
    public override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["OrleansSeg:Storage"] = Store,
        ["OrleansSeg:Redis:ConnectionString"] = $"127.0.0.1:{Port},password={Password},abortConnect=false",
    };

    /// <inheritdoc />
    protected override string ReadyText => "eady to accept connections";

    /// <inheritdoc />
    protected override (string Program, string[] Arguments) Line => ServerAccount.LineOf(
        FindProgram()!,
        "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", Folder, "--requirepass", Password,
        "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction");

    /// <summary>The program: in the folder that <c>ORLEANSSEG_REDIS</c> names, or in one of PATH; null when there is none.</summary>
    public static string? FindProgram() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Prepend(Environment.GetEnvironmentVariable("ORLEANSSEG_REDIS") ?? "")
        .Where(found => found.Length > 0)
        .Select(found => Path.Combine(found, "redis-server"))
        .FirstOrDefault(File.Exists);
}
