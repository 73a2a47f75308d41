using System.Globalization;
using Azure.Data.Tables;
using Orleans;
using Orleans.Runtime;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>A reminder as a row: the partition is the service and the grain's hash, the row the grain and the reminder's name.</summary>
internal static class ReminderRow
{
    public const string ServiceId = nameof(ServiceId);
    public const string DeploymentId = nameof(DeploymentId);
    public const string GrainReference = nameof(GrainReference);

    public static string Partition(string service, uint hash) =>
        TableKeys.Sanitize(string.Create(CultureInfo.InvariantCulture, $"{service}_{hash:X8}"));

    public static string Key(GrainId grain, string name) => TableKeys.Sanitize($"{grain}-{name}");

    public static TableEntity Write(string service, string cluster, ReminderEntry entry)
    {
        var hash = entry.GrainId.GetUniformHashCode();
        return new TableEntity(Partition(service, hash), Key(entry.GrainId, entry.ReminderName))
        {
            [GrainReference] = entry.GrainId.ToString(),
            ["ReminderName"] = entry.ReminderName,
            [ServiceId] = service,
            [DeploymentId] = cluster,
            ["StartAt"] = TableDates.Print(entry.StartAt),
            ["Period"] = entry.Period.ToString(),
            ["GrainRefConsistentHash"] = hash.ToString("X8", CultureInfo.InvariantCulture),
        };
    }

    /// <exception cref="FormatException">A column is missing or is not what it should be.</exception>
    public static ReminderEntry Read(TableEntity row) => new()
    {
        GrainId = GrainId.Parse(row.RequiredText(GrainReference), CultureInfo.InvariantCulture),
        ReminderName = row.RequiredText("ReminderName"),
        StartAt = TableDates.Parse(row.RequiredText("StartAt")),
        Period = TimeSpan.Parse(row.RequiredText("Period"), CultureInfo.InvariantCulture),
        ETag = row.ETag.ToString(),
    };
}
