using System.CommandLine;
using System.Globalization;
using OrleansSeg.Cli.Sessions;
using OrleansSeg.Persistence.Sqlite;
using OrleansSeg.Silo.Hosting;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>serve</c>: a silo that storefronts connect to, until it is told to stop.</summary>
internal static class ServeVerb
{
    public static Command Create(VerbRunner runner)
    {
        var gateway = new Option<int?>("--gateway-port") { Description = "Port for clients; 0 takes a free one." };
        var silo = new Option<int?>("--silo-port") { Description = "Port for other silos; 0 takes a free one." };
        var http = new Option<int?>("--http-port") { Description = "Port for health and metrics; 0 takes a free one." };
        var command = new Command("serve", "Serves segments until stopped.") { gateway, silo, http };
        return runner.Bind(command, (context, cancellationToken) => RunAsync(
            context,
            new Dictionary<string, string?>(Chosen("GatewayPort", context.Parsed.GetValue(gateway))
                .Concat(Chosen("SiloPort", context.Parsed.GetValue(silo)))
                .Concat(Chosen("HttpPort", context.Parsed.GetValue(http)))),
            cancellationToken));
    }

    /// <summary>Serves until cancelled.</summary>
    public static async Task<int> RunAsync(VerbContext context, Dictionary<string, string?> ports, CancellationToken cancellationToken)
    {
        var configuration = SiloConfiguration.Read(context.Settings, ports);
        var directory = SiloConfiguration.DataDirectoryOf(configuration);
        var holder = new DirectoryHolder(Environment.ProcessId, "serve", TimeProvider.System.GetUtcNow(), null);
        using var held = DataDirectoryLock.TryAcquire(directory, holder, out var other) ?? throw new DirectoryHeldException(directory, other);
        await using var running = SiloHost.CreateServer(configuration);
        await running.StartAsync(cancellationToken);
        var network = running.Network;
        held.Describe(holder with { GatewayPort = network.GatewayPort });
        context.Output.Answer(
            new { processId = Environment.ProcessId, address = network.Address, gatewayPort = network.GatewayPort, httpPort = network.HttpPort, dataDirectory = directory },
            screen => screen.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Serving {directory}: clients at {network.Address}:{network.GatewayPort}, health at http://{network.Address}:{network.HttpPort}/health/ready, metrics at /metrics. Ctrl-C stops.")));
        try
        {
            await running.WaitForShutdownAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // A signal is how a server ends.
        }

        return ExitCodes.Done;
    }

    private static IEnumerable<KeyValuePair<string, string?>> Chosen(string name, int? port) => port is null
        ? []
        : [KeyValuePair.Create($"OrleansSeg:Network:{name}", (string?)port.Value.ToString(CultureInfo.InvariantCulture))];
}
