using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using OrleansSeg.Events;

namespace OrleansSeg.Placement;

/// <summary>What a silo is there for, beside inference.</summary>
public sealed class RoleOptions : IValidatableObject
{
    /// <summary>Sites that this silo serves: no other site's customers live, are scored or are trained on here.</summary>
    /// <value>Default empty: every site. Each 1 to 32 characters of a-z, 0-9 and '-'.</value>
    public IList<string> Sites { get; } = [];

    /// <summary>Whether customers and partitions may live on this silo; one that only runs inference leaves them to others.</summary>
    /// <value>Default true.</value>
    public bool HoldsCustomers { get; set; } = true;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Sites.Where(site => !CustomerKey.IsSite(site))
        .Select(site => new ValidationResult($"'{site}' is not a site: 1 to 32 characters of a-z, 0-9 and '-' are needed.", [nameof(Sites)]));
}

/// <summary>Checks that the sites are sites.</summary>
[OptionsValidator]
public sealed partial class RoleOptionsValidator : IValidateOptions<RoleOptions>;
