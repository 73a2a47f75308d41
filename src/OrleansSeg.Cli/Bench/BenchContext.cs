using OrleansSeg.Cli.Output;
using OrleansSeg.Cli.Sessions;
using OrleansSeg.Cli.Verbs;

namespace OrleansSeg.Cli.Bench;

/// <summary>What a benchmark has to work with.</summary>
/// <param name="Verb">The command line.</param>
/// <param name="Settings">How it is run.</param>
internal sealed record BenchContext(VerbContext Verb, BenchSettings Settings)
{
    /// <summary>Partitions sweep when a benchmark asks them to, not in the middle of a measurement.</summary>
    private static readonly Dictionary<string, string?> QuietSilo = new()
    {
        ["OrleansSeg:Partitions:SweepInterval"] = "00:00:00",
        ["OrleansSeg:Partitions:ReminderPeriod"] = "1.00:00:00",
    };

    /// <summary>Where words go.</summary>
    public VerbOutput Output => Verb.Output;

    /// <summary>Seed of everything random.</summary>
    public int Seed => Verb.Settings.Seed;

    /// <summary>Starts a silo in this process on a folder.</summary>
    /// <exception cref="VerbFailedException">A server has the folder: its process cannot be measured from here.</exception>
    public async Task<ClusterSession> OpenAsync(string folder, CancellationToken cancellationToken)
    {
        var session = await ClusterSession.OpenAsync(Verb.Settings with { DataDirectory = folder }, "bench", cancellationToken, QuietSilo);
        if (session.Silo is not null)
        {
            return session;
        }

        await session.DisposeAsync();
        throw new VerbFailedException($"A server has {folder}; bench measures a silo in its own process, so stop the server first.");
    }

    /// <summary>Connects to a session's silo over TCP, as a storefront does.</summary>
    public Task<ClusterSession> ConnectAsync(ClusterSession session, CancellationToken cancellationToken) =>
        ClusterSession.ConnectAsync(Verb.Settings, session.Silo!.Network.GatewayPort, cancellationToken);
}
