using System.ComponentModel.DataAnnotations;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>Where model bundles lie in Azure Blob storage.</summary>
/// <remarks>Blocks are larger than rows, so one answer is awaited for 30 s and an operation may take 2 min unless they are set.</remarks>
public sealed class AzureBlobBundleOptions : AzureConnectionOptions
{
    /// <summary>Makes options with time-outs for blocks.</summary>
    public AzureBlobBundleOptions()
    {
        AttemptTimeout = TimeSpan.FromSeconds(30);
        OperationTimeout = TimeSpan.FromMinutes(2);
    }

    /// <summary>Container of the bundles; created when a first one is uploaded.</summary>
    /// <value>Default <c>orleansseg-models</c>.</value>
    [Required, RegularExpression("^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", ErrorMessage =
        "The field {0} must be a container name: 3 to 63 lower-case letters, digits and single hyphens, none at either end.")]
    public string Container { get; set; } = "orleansseg-models";

    /// <summary>Bytes sent in one request of an upload; a block that fails is sent again alone.</summary>
    /// <value>Default 4 MiB; 64 KiB to 64 MiB.</value>
    [Range(64 * 1024, 64 * 1024 * 1024)]
    public int BlockSize { get; set; } = 4 * 1024 * 1024;

    /// <summary>Most bytes of one bundle, so that a strange container cannot fill a silo's disk.</summary>
    /// <value>Default 8 GiB; 1 MiB to 1 TiB.</value>
    [Range(1L << 20, 1L << 40)]
    public long BundleSizeMax { get; set; } = 8L << 30;
}
