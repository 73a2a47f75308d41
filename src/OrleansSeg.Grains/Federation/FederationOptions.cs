using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace OrleansSeg.Federation;

/// <summary>How coordinators drive runs.</summary>
public sealed class FederationOptions
{
    /// <summary>Time between two questions to a trainer that works.</summary>
    /// <value>Default 250 ms; 10 ms to 1 min.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How far before its start a run looks at the data, so that no silo whose clock is slow still records events of that time.</summary>
    /// <value>Default 10 s; zero to 10 min.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan WatermarkLag { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Latest runs whose base and global weights after each round stay in the model store; everything else of a run goes when it ends.</summary>
    /// <value>Default 3; 0 to 100.</value>
    [Range(0, 100)]
    public int CheckpointRunsKept { get; set; } = 3;
}

/// <summary>Checks the attributes.</summary>
[OptionsValidator]
public sealed partial class FederationOptionsValidator : IValidateOptions<FederationOptions>;
