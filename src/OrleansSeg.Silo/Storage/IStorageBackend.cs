using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;
using OrleansSeg.Silo.Configuration;

namespace OrleansSeg.Silo.Storage;

/// <summary>One store that a silo can keep everything in: grain state, membership, reminders and model bundles.</summary>
internal interface IStorageBackend
{
    /// <summary>Its name in a silo-config file, under <c>OrleansSeg:Storage</c>.</summary>
    string Name { get; }

    /// <summary>Whether several silos can share it.</summary>
    bool IsShared { get; }

    /// <summary>Sections of a silo-config file, under <c>OrleansSeg</c>, that are its own.</summary>
    IReadOnlyList<string> Sections { get; }

    /// <summary>Binds its sections and checks them at start.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="root">The section <c>OrleansSeg</c>.</param>
    void Bind(IServiceCollection services, IConfigurationSection root);

    /// <summary>Adds grain storage named <c>orleansseg</c>, membership, reminders, model store, <see cref="Customers.IGrainStateCatalog"/> and <see cref="IStoreProbe"/>.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="top">The top of the silo-config file.</param>
    /// <param name="network">Where the silo listens, free ports filled in.</param>
    void Add(ISiloBuilder silo, SiloSettings top, NetworkOptions network);

    /// <summary>Lets a client find the silos of a cluster that keeps its membership here.</summary>
    /// <param name="client">The client.</param>
    /// <param name="root">The section <c>OrleansSeg</c>.</param>
    void Add(IClientBuilder client, IConfigurationSection root);

    /// <summary>Makes the store ready before a first start, where that takes more than starting.</summary>
    /// <param name="root">The section <c>OrleansSeg</c>.</param>
    /// <param name="loggers">Hear of a server that does not answer.</param>
    /// <param name="cancellationToken">Stops; the store then stays as it was.</param>
    /// <returns>What was found and made; null for a store that a silo makes by starting.</returns>
    /// <exception cref="StoreStartException">It cannot be made ready; the message says why, without secrets.</exception>
    Task<StoreInitialization?> InitializeAsync(IConfigurationSection root, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        Task.FromResult<StoreInitialization?>(null);
}
