using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace OrleansSeg.Silo.Configuration;

/// <summary>What a silo-config file says under <c>Orleans</c>.</summary>
public sealed class ClusterSettings
{
    /// <summary>Name of the cluster; clients give the same one.</summary>
    /// <value>Default <c>orleansseg</c>.</value>
    [Required]
    public string ClusterId { get; set; } = "orleansseg";

    /// <summary>Name under which the store keeps its records: another name begins with an empty store.</summary>
    /// <value>Default <c>orleansseg</c>.</value>
    [Required]
    public string ServiceId { get; set; } = "orleansseg";
}

/// <summary>Checks the attributes.</summary>
[OptionsValidator]
public sealed partial class ClusterSettingsValidator : IValidateOptions<ClusterSettings>;
