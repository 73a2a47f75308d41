using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace OrleansSeg.Silo.Configuration;

/// <summary>How soon the silos of a cluster miss one that is gone. Short times find it sooner and take a busy silo for a dead one sooner.</summary>
public sealed class MembershipOptions
{
    /// <summary>How often a silo asks its neighbours whether they live, and how long it waits for the answer, until it knows how soon they answer.</summary>
    /// <value>Default 5 s; 100 ms to 1 min. Orleans then waits between half and four times as long.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Answers missed in a row after which a neighbour is suspected; two silos that suspect it put it out of the cluster.</summary>
    /// <value>Default 3; 1 to 20.</value>
    [Range(1, 20)]
    public int MissedProbesMax { get; set; } = 3;

    /// <summary>How often a silo reads the membership table for changes that nobody told it.</summary>
    /// <value>Default 1 min; 1 s to 10 min.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan TableRefresh { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often a silo writes into the table that it lives: after three periods without, a joining silo takes no notice of it.</summary>
    /// <value>Default 30 s; 1 s to 10 min.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan AlivePeriod { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Sets Orleans' options.</summary>
    internal static void Apply(ClusterMembershipOptions cluster, IOptions<MembershipOptions> membership)
    {
        var options = membership.Value;
        cluster.ProbeTimeout = options.ProbeTimeout;
        cluster.NumMissedProbesLimit = options.MissedProbesMax;
        cluster.TableRefreshTimeout = options.TableRefresh;
        cluster.IAmAliveTablePublishTimeout = options.AlivePeriod;
    }
}

/// <summary>Checks the attributes.</summary>
[OptionsValidator]
public sealed partial class MembershipOptionsValidator : IValidateOptions<MembershipOptions>;
