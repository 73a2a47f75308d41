using Azure.Storage.Blobs;
using Microsoft.Extensions.Options;
using OrleansSeg.Persistence.AzureTables;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the store of model bundles in Azure Blobs.</summary>
public static class AzureBlobBundleServiceCollectionExtensions
{
    /// <summary>Adds <see cref="AzureBlobBundleStore"/> with its options, checked at start.</summary>
    /// <param name="services">The services of a silo.</param>
    /// <param name="configure">Sets the account and the container; null when the options are set elsewhere.</param>
    public static IServiceCollection AddAzureBlobBundles(this IServiceCollection services, Action<AzureBlobBundleOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<AzureBlobBundleOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.AddSingleton<IValidateOptions<AzureBlobBundleOptions>, AzureBlobBundleOptionsValidator>();
        services.AddSingleton<IValidateOptions<AzureBlobBundleOptions>>(
            new AzureConnectionValidator<AzureBlobBundleOptions>("AzureBlobs", "BlobEndpoint", text => _ = new BlobServiceClient(text)));
        return services.AddSingleton(provider => new AzureBlobBundleStore(
            provider.GetRequiredService<IOptions<AzureBlobBundleOptions>>().Value, provider.GetService<TimeProvider>() ?? TimeProvider.System));
    }
}
