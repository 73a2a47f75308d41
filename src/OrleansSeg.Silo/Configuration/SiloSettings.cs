using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using OrleansSeg.Silo.Storage;

namespace OrleansSeg.Silo.Configuration;

/// <summary>What a silo-config file says at its top, under <c>OrleansSeg</c>; the other sections have their own options.</summary>
public sealed class SiloSettings
{
    /// <summary>Folder of the embedded store and of the model store.</summary>
    /// <value>Default <c>./orleansseg-data</c>; the command line's <c>--data-dir</c> goes before it.</value>
    [Required]
    public string DataDirectory { get; set; } = "./orleansseg-data";

    /// <summary>Where grain state, reminders and membership lie.</summary>
    /// <value>Default <c>sqlite</c>, the embedded store of one silo.</value>
    [Required]
    public string Storage { get; set; } = "sqlite";

    /// <summary>How log lines are written: <c>text</c> for people, <c>json</c> for collectors.</summary>
    /// <value>Default <c>text</c>.</value>
    [Required, RegularExpression("^(text|json)$", ErrorMessage = "The field LogFormat must be 'text' or 'json'.")]
    public string LogFormat { get; set; } = "text";

    /// <summary>Collector that metrics and traces are sent to, such as <c>http://localhost:4317</c>.</summary>
    /// <value>Default null: metrics are only offered at <c>/metrics</c>.</value>
    public Uri? OtlpEndpoint { get; set; }

    /// <summary>Folder of model bundles, where no other is set.</summary>
    internal string ModelDirectory => Path.Combine(DataDirectory, "models");
}

/// <summary>Checks the attributes.</summary>
[OptionsValidator]
public sealed partial class SiloSettingsValidator : IValidateOptions<SiloSettings>;

/// <summary>Checks that a store of that name is known.</summary>
internal sealed class StorageNameValidator : IValidateOptions<SiloSettings>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, SiloSettings options) => StorageBackends.Names.Contains(options.Storage)
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail($"The field Storage must be one of {string.Join(", ", StorageBackends.Names.Select(known => $"'{known}'"))}.");
}
