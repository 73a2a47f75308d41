using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;
using OrleansSeg.Customers;
using OrleansSeg.Federation;
using OrleansSeg.Inference;
using OrleansSeg.Models;

namespace Orleans.Hosting;

/// <summary>Adds the grains of OrleansSeg to a silo.</summary>
public static class OrleansSegSiloBuilderExtensions
{
    /// <summary>Adds customers, partitions, segments, inference, models and trainers. Storage named <c>orleansseg</c> comes beside it.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="runsInference">Whether this silo runs an inference engine; all silos of a cluster call this method.</param>
    public static ISiloBuilder AddOrleansSegGrains(this ISiloBuilder builder, bool runsInference = true)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.UseSiloMetadata(new Dictionary<string, string>
        {
            [InferenceSilosStrategy.MetadataKey] = runsInference ? InferenceSilosStrategy.MetadataValue : "false",
        });
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddCustomerServices();
        AddInference(builder.Services, runsInference);
        AddModels(builder.Services);
        return builder;
    }

    private static void AddInference(IServiceCollection services, bool runsInference)
    {
        services.AddPlacementFilter<InferenceSilosStrategy, InferenceSilosDirector>(ServiceLifetime.Transient);
        services.AddOptions<InferenceOptions>().ValidateOnStart();
        services.TryAddSingleton<IValidateOptions<InferenceOptions>, InferenceOptionsValidator>();
        services.AddMetrics();
        services.TryAddSingleton<InferenceInstruments>();
        services.TryAddSingleton<InferenceBatcher>();
        if (runsInference)
        {
            services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, InferenceShutdown>();
        }

        services.TryAddSingleton<ServedModels>();
        services.TryAddSingleton<IServedModels>(provider => provider.GetRequiredService<ServedModels>());
    }

    private static void AddModels(IServiceCollection services)
    {
        services.AddOptions<FolderModelStoreOptions>().ValidateOnStart();
        services.TryAddSingleton<IValidateOptions<FolderModelStoreOptions>, FolderModelStoreOptionsValidator>();
        services.TryAddSingleton<IModelStore, FolderModelStore>();
        services.TryAddSingleton<IScoringModelLoader, BundleModelLoader>();
        services.TryAddSingleton<SiteTraining>();
    }
}
