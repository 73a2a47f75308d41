using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>Registers the grain storage of Microsoft.Orleans.Persistence.AzureStorage in place of this project's.</summary>
/// <remarks>
/// Compiled in place of GrainStorageProvider.cs by <c>dotnet build -p:AzureStorage=orleans</c>, on machines that can restore that
/// package; no other build refers to it. Table, rows and serializer are the same, so a cluster changes from one to the other with its
/// data. Membership, reminders and the catalogue stay this project's.
/// </remarks>
internal static class GrainStorageProvider
{
    public static void Add(ISiloBuilder builder, string name) =>
        builder.AddAzureTableGrainStorage(name, (OptionsBuilder<AzureTableStorageOptions> storage) =>
            storage.Configure<AzureTablesStore, IServiceProvider>((options, store, services) =>
            {
                options.TableServiceClient = store.Client;
                options.TableName = store.Options.GrainStateTable;
                options.DeleteStateOnClear = store.Options.DeleteStateOnClear;
                options.UseStringFormat = store.Options.UseStringFormat;
                options.GrainStorageSerializer = AzureTablesGrainStorage.SerializerFor(store.Options.StateFormat, services);
            }));
}
