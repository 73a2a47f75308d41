namespace OrleansSeg.Customers.Storage;

/// <summary>Where customers, partitions and sites keep their records.</summary>
public static class CustomerStorage
{
    /// <summary>The grain storage provider to register.</summary>
    public const string ProviderName = "orleansseg";

    /// <summary>State name of a customer's main record.</summary>
    public const string CustomerRecord = "customer";

    /// <summary>State name of a partition's main record.</summary>
    public const string PartitionRecord = "partition";

    /// <summary>State name of a site's record.</summary>
    public const string SiteRecord = "site";

    /// <summary>State name of what stays of an erased customer.</summary>
    public const string TombstoneRecord = "tombstone";

    /// <summary>State name of a sealed history page.</summary>
    public static string Page(int number) => string.Create(null, $"page-{number}");

    /// <summary>State name of a run of page entries.</summary>
    public static string Directory(int number) => string.Create(null, $"directory-{number}");

    /// <summary>State name of an index bucket.</summary>
    public static string Index(int number) => string.Create(null, $"index-{number}");
}
