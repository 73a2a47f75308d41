using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using OrleansSeg.Silo.Configuration;
using OrleansSeg.Silo.Storage;

namespace OrleansSeg.Silo.Hosting;

/// <summary>How a client finds the silos of a configured cluster.</summary>
public static class ClusterGateways
{
    /// <summary>Whether the configured store can be shared by several silos, and so tells where they are.</summary>
    /// <exception cref="OptionsValidationException">A setting at the top of the file breaks its bound.</exception>
    public static bool AreInTheStore(IConfiguration configuration) => StorageBackends.Named(ConfigurationSections.ReadTop(configuration).Storage).IsShared;

    /// <summary>Lets a client find the silos: in the store when it is shared, else at the configured address.</summary>
    /// <param name="client">The client.</param>
    /// <param name="configuration">The silo-config file and whatever goes before it.</param>
    /// <exception cref="OptionsValidationException">A setting at the top of the file breaks its bound.</exception>
    public static void AddTo(IClientBuilder client, IConfiguration configuration) =>
        StorageBackends.Named(ConfigurationSections.ReadTop(configuration).Storage).Add(client, configuration.GetSection(ConfigurationSections.Root));
}
