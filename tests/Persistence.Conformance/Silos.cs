using System.Net;
using Orleans.Runtime;

namespace OrleansSeg.Persistence.Conformance;

/// <summary>Silos that no process runs.</summary>
internal static class Silos
{
    /// <summary>When all of them started.</summary>
    public static DateTime Start { get; } = new(2026, 3, 1, 12, 0, 0, 125, DateTimeKind.Utc);

    /// <summary>An active silo with a gateway.</summary>
    public static MembershipEntry Entry(int number) => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Parse($"10.0.0.{number}"), 11_111, 400_000_000 + number),
        HostName = $"host{number}",
        SiloName = $"silo{number}",
        Status = SiloStatus.Active,
        ProxyPort = 30_000 + number,
        RoleName = "storefront",
        StartTime = Start,
        IAmAliveTime = Start.AddSeconds(number),
    };
}
