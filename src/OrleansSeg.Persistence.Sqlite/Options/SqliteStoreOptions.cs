using System.ComponentModel.DataAnnotations;

namespace OrleansSeg.Persistence.Sqlite;

/// <summary>Where the embedded store lies and how it groups its commits.</summary>
public sealed class SqliteStoreOptions
{
    /// <summary>Folder of the database file <c>orleansseg.db</c>; created when absent.</summary>
    /// <value>Required.</value>
    [Required]
    public string Directory { get; set; } = "";

    /// <summary>Most writes that share one commit.</summary>
    /// <value>Default 512; 1 to 10,000.</value>
    [Range(1, 10_000)]
    public int GroupSizeMax { get; set; } = 512;

    /// <summary>Most writes that wait for the writer; the next caller waits for a place.</summary>
    /// <value>Default 8,192; 1 to 1,000,000.</value>
    [Range(1, 1_000_000)]
    public int QueueLengthMax { get; set; } = 8_192;

    /// <summary>Most pages of 4 KiB the file may hold: a bound for disks that must not fill up.</summary>
    /// <value>Default null: no bound but the disk.</value>
    public long? PageCountMax { get; set; }
}
