using Orleans.Hosting;
using Orleans.Runtime.Hosting;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>Registers the grain storage of this project.</summary>
internal static class GrainStorageProvider
{
    public static void Add(ISiloBuilder builder, string name) =>
        builder.Services.AddGrainStorage(name, (services, _) => AzureTablesGrainStorage.Create(services));
}
