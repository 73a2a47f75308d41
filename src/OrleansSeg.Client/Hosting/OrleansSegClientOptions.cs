using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace OrleansSeg.Client;

/// <summary>How a storefront finds its cluster.</summary>
public sealed class OrleansSegClientOptions
{
    /// <summary>The cluster's id, as in the silos' configuration.</summary>
    /// <value>Default <c>orleansseg</c>.</value>
    [Required]
    public string ClusterId { get; set; } = "orleansseg";

    /// <summary>The service's id, as in the silos' configuration.</summary>
    /// <value>Default <c>orleansseg</c>.</value>
    [Required]
    public string ServiceId { get; set; } = "orleansseg";

    /// <summary>Gateways as <c>address:port</c>, for a program that does not find them in the cluster's store.</summary>
    /// <value>Default <c>127.0.0.1:30000</c>.</value>
    [Required]
    public IList<string> Gateways { get; } = [];

    /// <summary>The site whose customers this storefront serves.</summary>
    /// <value>Default <c>default</c>; 1 to 32 characters of a-z, 0-9 and '-'.</value>
    [Required, RegularExpression("^[a-z0-9-]{1,32}$")]
    public string Site { get; set; } = "default";

    /// <summary>How long to keep trying to connect at start; the storefront's start fails afterwards.</summary>
    /// <value>Default 30 s; zero to 1 h.</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the list of gateways is read again, so that the client follows the cluster to silos it did not know.</summary>
    /// <value>Default 10 s; 1 s to 10 min.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan GatewayRefreshPeriod { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for the answer to one call; what it was to do may still be done.</summary>
    /// <value>Default 30 s; 1 s to 10 min.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>Checks the attributes.</summary>
[OptionsValidator]
internal sealed partial class OrleansSegClientOptionsValidator : IValidateOptions<OrleansSegClientOptions>;
