using System.Globalization;
using System.Net;
using Azure.Data.Tables;
using Orleans.Runtime;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>A silo as a row of the membership table. Every column is text.</summary>
internal static class SiloRow
{
    public const string DeploymentId = nameof(DeploymentId);
    public const string Status = nameof(Status);
    public const string IAmAliveTime = nameof(IAmAliveTime);
    public const string ActiveStatus = nameof(SiloStatus.Active);

    private const char Separator = '|';

    public static string Key(SiloAddress silo) =>
        string.Create(CultureInfo.InvariantCulture, $"{silo.Endpoint.Address}-{silo.Endpoint.Port}-{silo.Generation}");

    public static TableEntity Write(string clusterId, MembershipEntry entry)
    {
        var silo = entry.SiloAddress;
        var suspicions = entry.SuspectTimes ?? [];
        return new TableEntity(clusterId, Key(silo))
        {
            [DeploymentId] = clusterId,
            ["Address"] = silo.Endpoint.Address.ToString(),
            ["Port"] = Print(silo.Endpoint.Port),
            ["Generation"] = Print(silo.Generation),
            ["HostName"] = entry.HostName,
            [Status] = entry.Status.ToString(),
            ["ProxyPort"] = Print(entry.ProxyPort),
            ["RoleName"] = entry.RoleName,
            ["SiloName"] = entry.SiloName,

            // Old silos know the name under this column only.
            ["InstanceName"] = entry.SiloName,
            ["UpdateZone"] = Print(entry.UpdateZone),
            ["FaultZone"] = Print(entry.FaultZone),
            ["SuspectingSilos"] = string.Join(Separator, suspicions.Select(suspicion => suspicion.Item1.ToParsableString())),
            ["SuspectingTimes"] = string.Join(Separator, suspicions.Select(suspicion => TableDates.Print(suspicion.Item2))),
            ["StartTime"] = TableDates.Print(entry.StartTime),
            [IAmAliveTime] = TableDates.Print(entry.IAmAliveTime),
        };
    }

    /// <summary>The two columns that a silo rewrites to show that it lives.</summary>
    public static TableEntity WriteAlive(string clusterId, MembershipEntry entry) => new(clusterId, Key(entry.SiloAddress))
    {
        [DeploymentId] = clusterId,
        [IAmAliveTime] = TableDates.Print(entry.IAmAliveTime),
    };

    /// <exception cref="FormatException">A column is missing or is not what it should be.</exception>
    public static MembershipEntry Read(TableEntity row)
    {
        var entry = new MembershipEntry
        {
            SiloAddress = ReadAddress(row, "Port"),
            HostName = row.Text("HostName") ?? "",
            Status = Enum.TryParse<SiloStatus>(row.Text(Status), out var status)
                ? status
                : throw new FormatException($"Status is '{row.Text(Status)}'."),
            ProxyPort = Number(row, "ProxyPort"),
            RoleName = row.Text("RoleName"),
            SiloName = row.Text("SiloName") ?? row.Text("InstanceName") ?? "",
            UpdateZone = Number(row, "UpdateZone"),
            FaultZone = Number(row, "FaultZone"),
            StartTime = Date(row, "StartTime"),
            IAmAliveTime = Date(row, IAmAliveTime),
        };
        var silos = List(row, "SuspectingSilos");
        var times = List(row, "SuspectingTimes");
        if (silos.Length != times.Length)
        {
            throw new FormatException($"There are {silos.Length} suspecting silos and {times.Length} times.");
        }

        foreach (var (silo, time) in silos.Zip(times))
        {
            entry.AddSuspector(SiloAddress.FromParsableString(silo), TableDates.Parse(time));
        }

        return entry;
    }

    /// <summary>Where clients connect to a silo, or null when the row does not say.</summary>
    public static Uri? ReadGateway(TableEntity row)
    {
        try
        {
            return ReadAddress(row, "ProxyPort").ToGatewayUri();
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static SiloAddress ReadAddress(TableEntity row, string portColumn) => IPAddress.TryParse(row.Text("Address"), out var address)
        ? SiloAddress.New(address, Number(row, portColumn), Number(row, "Generation"))
        : throw new FormatException("Address is not an IP address.");

    private static int Number(TableEntity row, string column) => row.Text(column) is not { } text
        ? 0
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"{column} is not a number.");

    private static DateTime Date(TableEntity row, string column) => row.Text(column) is { } text ? TableDates.Parse(text) : default;

    private static string[] List(TableEntity row, string column) => row.Text(column)?.Split(Separator) ?? [];

    private static string Print(int number) => number.ToString(CultureInfo.InvariantCulture);
}
