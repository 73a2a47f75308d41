using System.Globalization;

namespace OrleansSeg.Cli.Bench.Chaos.Stores;

/// <summary>A PostgreSQL server as it is installed, with the settings it comes with, so that what it acknowledged survives a kill.</summary>
internal sealed class PostgresServer(string folder) : DatabaseServer(folder)
{
    private const string User = "orleansseg";

    /// <inheritdoc />
    public override string Store => "postgres";

    /// <inheritdoc />
    public override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["OrleansSeg:Storage"] = Store,
        ["OrleansSeg:Postgres:ConnectionString"] = $"Host=127.0.0.1;Port={Port};Database=postgres;Username={User};Password={Password}",
    };

    /// <inheritdoc />
    protected override string ReadyText => "database system is ready to accept connections";

    /// <inheritdoc />
    protected override (string Program, string[] Arguments) Line => ServerAccount.LineOf(
        Path.Combine(FindPrograms()!, "postgres"),
        "-D", Data, "-p", Port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=400");

    private string Data => Path.Combine(Folder, "data");

    /// <summary>The folder of its programs: the one that <c>ORLEANSSEG_POSTGRES</c> names, the newest that Debian installed, or one of PATH; null when there is none.</summary>
    public static string? FindPrograms()
    {
        string[] folders =
        [
            Environment.GetEnvironmentVariable("ORLEANSSEG_POSTGRES") ?? "",
            .. Directory.Exists("/usr/lib/postgresql")
                ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(version => Path.Combine(version, "bin"))
                : [],
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator),
        ];
        return folders.FirstOrDefault(found => found.Length > 0 && File.Exists(Path.Combine(found, "initdb")) && File.Exists(Path.Combine(found, "postgres")));
    }

    /// <inheritdoc />
    protected override async Task MakeAsync()
    {
        var password = Path.Combine(Folder, "password");
        await File.WriteAllTextAsync(password, Password);
        await ServerAccount.OwnAsync(Folder);
        await ServerAccount.RunAsync(ServerAccount.LineOf(
            Path.Combine(FindPrograms()!, "initdb"),
            "-D", Data, "-U", User, "-A", "scram-sha-256", $"--pwfile={password}", "-E", "UTF8", "--locale=C"));
    }
}
