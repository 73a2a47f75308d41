using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace OrleansSeg.Silo.Configuration;

/// <summary>Where a silo listens.</summary>
public sealed class NetworkOptions
{
    /// <summary>The address that this silo tells other silos, and by default listens at.</summary>
    /// <value>Default <c>127.0.0.1</c>: this machine only.</value>
    [Required]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>The address to listen at, where it is another than the one told: <c>0.0.0.0</c> in a container whose ports are published.</summary>
    /// <value>Default null: <see cref="Address"/>.</value>
    public string? ListenAddress { get; set; }

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
    public ValidateOptionsResult Validate(string? name, NetworkOptions options)
    {
        var failures = new List<string>();
        if (!IPAddress.TryParse(options.Address, out var told) || told.Equals(IPAddress.Any) || told.Equals(IPAddress.IPv6Any))
        {
            failures.Add($"Address: '{options.Address}' is not the IP address of one machine.");
        }

        if (options.ListenAddress is { } listen && !IPAddress.TryParse(listen, out _))
        {
            failures.Add($"ListenAddress: '{listen}' is not an IP address.");
        }

        var ports = new[] { options.SiloPort, options.GatewayPort, options.HttpPort }.Where(port => port != 0).ToArray();
        if (ports.Distinct().Count() < ports.Length)
        {
            failures.Add($"SiloPort, GatewayPort and HttpPort must differ; they are {options.SiloPort}, {options.GatewayPort} and {options.HttpPort}.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
