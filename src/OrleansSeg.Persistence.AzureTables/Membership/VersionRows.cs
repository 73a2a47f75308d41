using System.Globalization;
using Azure.Data.Tables;
using Orleans;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>The rows that carry a cluster's membership version: the version itself, and a fence before and behind all silos.</summary>
/// <remarks>
/// Every change of the table rewrites all three in its transaction. A query of several pages is no snapshot, but it reads the fences
/// first and last: when they agree, no change was committed between them.
/// </remarks>
internal static class VersionRows
{
    public const string Version = "VersionRow";
    public const string StartFence = "!Start";
    public const string EndFence = "~End";

    private const string MembershipVersion = nameof(MembershipVersion);

    public static bool IsVersionRow(string rowKey) => rowKey is Version or StartFence or EndFence;

    public static TableEntity WriteVersion(string clusterId, int version) => Write(clusterId, Version, version);

    /// <summary>The fences; an old silo's clean-up passes over them because they claim to be active.</summary>
    public static IEnumerable<TableEntity> WriteFences(string clusterId, int version) => new[] { StartFence, EndFence }.Select(key =>
    {
        var fence = Write(clusterId, key, version);
        fence[SiloRow.Status] = SiloRow.ActiveStatus;
        return fence;
    });

    /// <summary>The version row as Orleans knows it.</summary>
    /// <exception cref="FormatException">It holds no number.</exception>
    public static TableVersion Read(TableEntity row) => new(Number(row), row.ETag.ToString());

    /// <summary>Whether rows read in pages show the table as it was at one instant.</summary>
    /// <remarks>
    /// A silo of an older version writes the version row and no fences, so both fences may be missing, or agree on a smaller version.
    /// Its changes cannot be noticed then, which is no worse than what such a cluster had.
    /// </remarks>
    /// <param name="pages">How many pages the query had; one page is a snapshot.</param>
    /// <param name="rows">Their rows.</param>
    public static bool IsSnapshot(int pages, IReadOnlyList<TableEntity> rows) =>
        pages <= 1 || Find(rows, StartFence) == Find(rows, EndFence);

    private static int? Find(IReadOnlyList<TableEntity> rows, string key) =>
        rows.FirstOrDefault(row => row.RowKey == key) is { } row ? Number(row) : null;

    private static int Number(TableEntity row) => int.Parse(row.RequiredText(MembershipVersion), NumberStyles.None, CultureInfo.InvariantCulture);

    private static TableEntity Write(string clusterId, string key, int version) => new(clusterId, key)
    {
        [SiloRow.DeploymentId] = clusterId,
        [MembershipVersion] = version.ToString(CultureInfo.InvariantCulture),
    };
}
