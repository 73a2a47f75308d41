using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using OrleansSeg.Model.Segments;

namespace OrleansSeg.Federation;

/// <summary>What trainings on this silo tell apart when they are not asked for anything else.</summary>
public sealed class SchemeOptions
{
    /// <summary>The scheme.</summary>
    /// <value>Default <c>predictive</c>; or <c>rfm</c>, <c>label:attributes.NAME</c>, <c>discover</c>, <c>discover:MIN-MAX</c>.</value>
    [Required]
    public string Scheme { get; set; } = SegmentScheme.PredictiveName;
}

/// <summary>Checks the attributes.</summary>
[OptionsValidator]
public sealed partial class SchemeOptionsValidator : IValidateOptions<SchemeOptions>;

/// <summary>Checks that the scheme is one.</summary>
public sealed class SchemeChoiceValidator : IValidateOptions<SchemeOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, SchemeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return SchemeChoice.TryParse(options.Scheme, out _)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Scheme is '{options.Scheme}': {SchemeChoice.Forms}.");
    }
}
