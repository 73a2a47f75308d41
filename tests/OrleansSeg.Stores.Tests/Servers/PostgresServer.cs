using System.Globalization;
using System.Security.Cryptography;
using Npgsql;
using OrleansSeg.Cli.Bench.Chaos.Stores;

namespace OrleansSeg.Stores.Tests;

/// <summary>A PostgreSQL server with a password that nobody else knows, as Debian packages it or from the folder that <c>ORLEANSSEG_POSTGRES</c> names.</summary>
internal sealed class PostgresServer : ServerProcess
{
    private const string User = "orleansseg";
    private readonly string _programs;

    private PostgresServer(string programs)
        : base("postgres") => _programs = programs;

    /// <summary>The password of its only user.</summary>
    public string Password { get; } = $"canary{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}";

    /// <summary>Settings of the server beside the ones it needs to be found.</summary>
    public List<string> Settings { get; } = [];

    protected override string ReadyLine => "database system is ready to accept connections";

    private string Data => Path.Combine(Folder, "data");

    /// <summary>The folder of its programs, or null.</summary>
    public static string? FindPrograms() => Cli.Bench.Chaos.Stores.PostgresServer.FindPrograms();

    /// <summary>Makes a server and starts it.</summary>
    public static async Task<PostgresServer> StartNewAsync(string programs, params string[] settings)
    {
        var server = new PostgresServer(programs);
        try
        {
            server.Settings.AddRange(settings);
            await server.CreateAsync();
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connects to one of its databases.</summary>
    public string ConnectionString(string database = "postgres", string? password = null) =>
        $"Host=127.0.0.1;Port={Port};Database={database};Username={User};Password={password ?? Password}";

    /// <summary>Makes a database that no other test uses, and connects to it.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"d{Guid.NewGuid():N}";
        await ExecuteAsync(ConnectionString(), $"CREATE DATABASE {name}");
        return ConnectionString(name);
    }

    /// <summary>Runs one statement and returns its first value.</summary>
    public static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    protected override (string Program, string[] Arguments) Line => ServerAccount.LineOf(
        Path.Combine(_programs, "postgres"),
        [
            "-D", Data, "-p", Port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
            .. Settings.SelectMany(setting => new[] { "-c", setting }),
        ]);

    private async Task CreateAsync()
    {
        var password = Path.Combine(Folder, "password");
        await File.WriteAllTextAsync(password, Password);
        await ServerAccount.OwnAsync(Folder);
        await ServerAccount.RunAsync(ServerAccount.LineOf(
            Path.Combine(_programs, "initdb"),
            "-D", Data, "-U", User, "-A", "scram-sha-256", $"--pwfile={password}", "-E", "UTF8", "--locale=C", "--no-sync"));
    }
}
