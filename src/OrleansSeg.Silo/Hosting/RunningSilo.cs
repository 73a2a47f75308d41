using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansSeg.Silo.Configuration;

namespace OrleansSeg.Silo.Hosting;

/// <summary>A composed silo: start it, ask it, stop it by disposing.</summary>
public sealed class RunningSilo : IAsyncDisposable
{
    private readonly IHost _host;
    private bool _started;

    internal RunningSilo(IHost host, NetworkOptions network) => (_host, Network) = (host, network);

    /// <summary>Where it listens, free ports filled in.</summary>
    public NetworkOptions Network { get; }

    /// <summary>The silo's services.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>Grains, without a gateway in between.</summary>
    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Starts; returns when calls are taken.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A setting breaks its bound.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _host.StartAsync(cancellationToken);
        _started = true;
    }

    /// <summary>Returns when the process is asked to stop, by a signal or otherwise.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _host.WaitForShutdownAsync(cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // Stopping what never started fails, and would hide why it did not start.
        if (_started)
        {
            await _host.StopAsync();
        }

        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
