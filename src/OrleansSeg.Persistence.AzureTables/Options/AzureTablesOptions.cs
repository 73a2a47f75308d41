using System.ComponentModel.DataAnnotations;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>The tables of a cluster in Azure Table storage. The defaults are those of Orleans' own Azure packages.</summary>
public sealed class AzureTablesOptions : AzureConnectionOptions
{
    private const string TableNamePattern = "^[A-Za-z][A-Za-z0-9]{2,62}$";
    private const string TableNameMessage = "The field {0} must be a table name: 3 to 63 letters and digits, a letter first.";

    /// <summary>Table of grain state.</summary>
    /// <value>Default <c>OrleansGrainState</c>.</value>
    [Required, RegularExpression(TableNamePattern, ErrorMessage = TableNameMessage)]
    public string GrainStateTable { get; set; } = "OrleansGrainState";

    /// <summary>Table of silos, shared by the silos of a cluster and its clients.</summary>
    /// <value>Default <c>OrleansSiloInstances</c>.</value>
    [Required, RegularExpression(TableNamePattern, ErrorMessage = TableNameMessage)]
    public string MembershipTable { get; set; } = "OrleansSiloInstances";

    /// <summary>Table of reminders.</summary>
    /// <value>Default <c>OrleansReminders</c>.</value>
    [Required, RegularExpression(TableNamePattern, ErrorMessage = TableNameMessage)]
    public string ReminderTable { get; set; } = "OrleansReminders";

    /// <summary>Whether clearing a state deletes its row, or keeps an empty one with a new ETag.</summary>
    /// <value>Default false: keeps it.</value>
    public bool DeleteStateOnClear { get; set; }

    /// <summary>Whether state is written as text columns, which hold half as much; only for formats that are text.</summary>
    /// <value>Default false: binary columns. Rows of both kinds are read whatever this says.</value>
    public bool UseStringFormat { get; set; }

    /// <summary>How state becomes bytes.</summary>
    /// <value>Default <see cref="GrainStateFormat.Registered"/>.</value>
    public GrainStateFormat StateFormat { get; set; }
}
