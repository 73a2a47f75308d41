using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace OrleansSeg.Silo.Configuration;

/// <summary>Where a silo listens.</summary>
public sealed class NetworkOptions
{
    /// <summary>The address that silos and clients use.</summary>
    /// <value>Default <c>127.0.0.1</c>: this machine only.</value>
    [Required]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Port for other silos.</summary>
    /// <value>Default 11111; 0 takes a free one; at most 65,535.</value>
    [Range(0, 65_535)]
    public int SiloPort { get; set; } = 11_111;

    /// <summary>Port for clients.</summary>
    /// <value>Default 30000; 0 takes a free one; at most 65,535.</value>
    [Range(0, 65_535)]
    public int GatewayPort { get; set; } = 30_000;

    /// <summary>Port for health and metrics.</summary>
    /// <value>Default 8080; 0 takes a free one; at most 65,535.</value>
    [Range(0, 65_535)]
    public int HttpPort { get; set; } = 8_080;
}

/// <summary>Checks the attributes, and that the address is one.</summary>
[OptionsValidator]
public sealed partial class NetworkOptionsValidator : IValidateOptions<NetworkOptions>;

/// <summary>Checks what attributes cannot say.</summary>
internal sealed class NetworkAddressValidator : IValidateOptions<NetworkOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, NetworkOptions options) => System.Net.IPAddress.TryParse(options.Address, out _)
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail($"Address: '{options.Address}' is not an IP address.");
}
