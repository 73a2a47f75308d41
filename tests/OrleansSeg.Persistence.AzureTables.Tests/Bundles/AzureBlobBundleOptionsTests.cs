using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OrleansSeg.Persistence.AzureTables.Tests;

public sealed class AzureBlobBundleOptionsTests
{
    private const string Key = "c2VjcmV0LWtleS1vZi1hLXRlc3Q=";

    [Fact]
    public void Defaults_AreValid_WithTimeoutsForBlocks()
    {
        using var provider = new ServiceCollection()
            .AddAzureBlobBundles(options => options.ServiceUri = new Uri("https://shop.blob.core.windows.net")).BuildServiceProvider();
        var options = provider.GetRequiredService<IOptions<AzureBlobBundleOptions>>().Value;
        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2)), (options.AttemptTimeout, options.OperationTimeout));
        Assert.NotNull(provider.GetRequiredService<AzureBlobBundleStore>());
    }

    [Fact]
    public void Invalid_NamesEveryField()
    {
        var services = new ServiceCollection().AddAzureBlobBundles(options =>
        {
            options.ConnectionString = $"AccountKey={Key};TableEndpoint=https://shop.table.core.windows.net";
            (options.Container, options.BlockSize) = ("Models", 1);
        });
        using var provider = services.BuildServiceProvider();
        var refusal = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<AzureBlobBundleOptions>>().Value);
        Assert.Equal(
            [
                "AzureBlobs:ConnectionString: it has neither AccountName nor BlobEndpoint.",
                "BlockSize: The field AzureBlobBundleOptions.BlockSize must be between 65536 and 67108864.",
                "Container: The field AzureBlobBundleOptions.Container must be a container name: 3 to 63 lower-case letters, digits and single hyphens, none at either end.",
            ],
            refusal.Failures.Order(StringComparer.Ordinal));
    }
}
