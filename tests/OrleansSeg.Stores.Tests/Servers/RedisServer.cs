using System.Globalization;
using System.Security.Cryptography;
using OrleansSeg.Cli.Bench.Chaos.Stores;

namespace OrleansSeg.Stores.Tests;

/// <summary>A Redis server with a password that nobody else knows, as Debian packages it or from the folder that <c>ORLEANSSEG_REDIS</c> names.</summary>
internal sealed class RedisServer : ServerProcess
{
    private readonly string _program;
    private readonly string[] _settings;

    private RedisServer(string program, string[] settings)
        : base("redis") => (_program, _settings) = (program, settings);

    /// <summary>The password of its default user.</summary>
    public string Password { get; } = $"canary{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}";

    protected override string ReadyLine => "Ready to accept connections";

    /// <summary>The program, or null.</summary>
    public static string? FindProgram() => Cli.Bench.Chaos.Stores.RedisServer.FindProgram();

    /// <summary>Makes a server and starts it: durable and not evicting, unless the settings say otherwise.</summary>
    public static async Task<RedisServer> StartNewAsync(string program, params string[] settings)
    {
        var server = new RedisServer(program, settings);
        try
        {
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connects to it.</summary>
    public string ConnectionString(string? password = null) => $"127.0.0.1:{Port},password={password ?? Password}";

    // The last setting of a name wins.
    protected override (string Program, string[] Arguments) Line => ServerAccount.LineOf(
        _program,
        [
            "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", Folder, "--requirepass", Password, "--save", "",
            "--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction", .. _settings,
        ]);
}
