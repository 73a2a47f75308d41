using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansSeg.Silo.Configuration;
using OrleansSeg.Silo.Storage;

namespace OrleansSeg.Silo.Hosting;

/// <summary>A composed silo: start it, ask it, stop it by disposing.</summary>
public sealed partial class RunningSilo : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly ILogger<RunningSilo> _logger;
    private bool _started;

    internal RunningSilo(IHost host, NetworkOptions network) =>
        (_host, _logger, Network) = (host, host.Services.GetRequiredService<ILogger<RunningSilo>>(), network);

    /// <summary>Where it listens, free ports filled in.</summary>
    public NetworkOptions Network { get; }

    /// <summary>The silo's services.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>Grains, without a gateway in between.</summary>
    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Starts; returns when calls are taken.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A setting breaks its bound.</exception>
    /// <exception cref="StoreStartException">The store refused, or did not answer for longer than its settings say.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before Orleans begins, which would tell of the same failure several times and with every frame of its stack.
        if (_host.Services.GetService<StoreGate>() is { } gate)
        {
            await gate.PassAsync(cancellationToken);
        }

        await _host.StartAsync(cancellationToken);
        _started = true;
        LogStarted(Network.Address, Network.SiloPort, Network.GatewayPort, Network.HttpPort);
    }

    /// <summary>Returns when the process is asked to stop, by a signal or otherwise.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _host.WaitForShutdownAsync(cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // Stopping what never started fails, and would hide why it did not start.
        if (_started)
        {
            LogStopping();
            await _host.StopAsync();
            LogStopped();
        }

        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The silo serves: address {Address}, silos {SiloPort}, clients {GatewayPort}, HTTP {HttpPort}.")]
    private partial void LogStarted(string address, int siloPort, int gatewayPort, int httpPort);

    [LoggerMessage(Level = LogLevel.Information, Message = "The silo stops; writes in flight are finished first.")]
    private partial void LogStopping();

    [LoggerMessage(Level = LogLevel.Information, Message = "The silo has stopped.")]
    private partial void LogStopped();
}
