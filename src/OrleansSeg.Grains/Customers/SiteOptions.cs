using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace OrleansSeg.Customers;

/// <summary>How a site is laid out when it is first used; a site in use keeps what it has.</summary>
public sealed class SiteOptions
{
    /// <summary>Partitions that customers are spread over.</summary>
    /// <value>Default 64; 1 to 65,536. About 100,000 customers a partition work well.</value>
    [Range(1, 65_536)]
    public int PartitionCount { get; set; } = 64;

    /// <summary>The site's currency, ISO 4217.</summary>
    /// <value>Default EUR; three capital letters.</value>
    [Required, RegularExpression("^[A-Z]{3}$")]
    public string Currency { get; set; } = "EUR";
}

/// <summary>Checks the attributes.</summary>
[OptionsValidator]
public sealed partial class SiteOptionsValidator : IValidateOptions<SiteOptions>;
