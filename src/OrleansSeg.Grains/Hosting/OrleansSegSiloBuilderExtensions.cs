using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Metadata;
using Orleans.Placement;
using OrleansSeg.Customers;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Privacy;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Federation.Work;
using OrleansSeg.Federation.Work.Masking;
using OrleansSeg.Inference;
using OrleansSeg.Models;
using OrleansSeg.Placement;
using OrleansSeg.Tagging;

namespace Orleans.Hosting;

/// <summary>Adds the grains of OrleansSeg to a silo.</summary>
public static class OrleansSegSiloBuilderExtensions
{
    /// <summary>Adds customers, partitions, segments, inference, models and trainers. Storage named <c>orleansseg</c> comes beside it.</summary>
    /// <param name="builder">The silo. All silos of a cluster call this method; what each is there for follows from its options.</param>
    public static ISiloBuilder AddOrleansSegGrains(this ISiloBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddCustomerServices();
        AddPlacement(builder.Services);
        AddInference(builder.Services);
        AddModels(builder.Services);
        AddFederation(builder.Services);
        return builder;
    }

    private static void AddPlacement(IServiceCollection services)
    {
        services.TryAddSingleton<SiloRoles>();
        services.AddSingleton<IGrainPropertiesProvider, SiloRoleManifest>();
        services.AddOptions<RoleOptions>().ValidateOnStart();
        services.AddSingleton<IValidateOptions<RoleOptions>, RoleOptionsValidator>();
        services.AddPlacementDirector<WithPartitionPlacement, WithPartitionDirector>();
        services.AddPlacementFilter<SiteSilosStrategy, SiteSilosDirector>(ServiceLifetime.Singleton);
        services.AddPlacementFilter<TrainingSilosStrategy, TrainingSilosDirector>(ServiceLifetime.Singleton);
        services.AddPlacementFilter<InferenceSilosStrategy, InferenceSilosDirector>(ServiceLifetime.Singleton);
        services.AddPlacementFilter<NamedSiloStrategy, NamedSiloDirector>(ServiceLifetime.Singleton);
    }

    private static void AddInference(IServiceCollection services)
    {
        services.AddOptions<InferenceOptions>().ValidateOnStart();
        services.AddSingleton<IValidateOptions<InferenceOptions>, InferenceOptionsValidator>();
        services.AddSingleton<IValidateOptions<InferenceOptions>, InferenceDeviceValidator>();
        services.AddMetrics();
        services.TryAddSingleton<InferenceInstruments>();
        services.TryAddSingleton<InferenceBatcher>();
        services.TryAddSingleton<InferenceDoors>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, InferenceShutdown>();
        services.TryAddSingleton<ServedModels>();
        services.TryAddSingleton<TaggerLoader>();
        services.TryAddSingleton<ServedTaggers>();
        services.TryAddSingleton<IServedModels>(provider => provider.GetRequiredService<ServedModels>());
    }

    private static void AddModels(IServiceCollection services)
    {
        services.AddOptions<FolderModelStoreOptions>().ValidateOnStart();
        services.TryAddSingleton<IValidateOptions<FolderModelStoreOptions>, FolderModelStoreOptionsValidator>();
        services.TryAddSingleton<IModelStore, FolderModelStore>();
        services.TryAddSingleton<ModelBundles>();
        services.TryAddSingleton<IScoringModelLoader, BundleModelLoader>();
        services.AddOptions<SchemeOptions>().ValidateOnStart();
        services.AddSingleton<IValidateOptions<SchemeOptions>, SchemeOptionsValidator>();
        services.AddSingleton<IValidateOptions<SchemeOptions>, SchemeChoiceValidator>();
        services.TryAddSingleton<SiteTexts>();
        services.TryAddSingleton<SiteTraining>();
        services.TryAddSingleton<SiteTrials>();
    }

    private static void AddFederation(IServiceCollection services)
    {
        services.AddOptions<FederationOptions>().ValidateOnStart();
        services.AddSingleton<IValidateOptions<FederationOptions>, FederationOptionsValidator>();
        services.TryAddSingleton<StepRunner>();
        services.TryAddSingleton<INoiseSeeds, RandomNoiseSeeds>();
        services.TryAddSingleton<RunBundles>();
        services.TryAddSingleton<TrainerData>();
        services.TryAddSingleton(_ => RandomNumberGenerator.Create());
        services.TryAddSingleton<TrainerExchange>();
        services.TryAddSingleton<ExchangeClosing>();
        services.TryAddSingleton<RoundClosing>();
        services.TryAddSingleton<DriftQuestions>();
        services.TryAddSingleton<FittingClosing>();
        services.TryAddSingleton<EvaluationClosing>();
        services.TryAddSingleton<ITrainerWork, TrainerWork>();
        services.TryAddSingleton<RunBeginnings>();
        services.TryAddSingleton<ICoordinatorWork, CoordinatorWork>();
    }
}
