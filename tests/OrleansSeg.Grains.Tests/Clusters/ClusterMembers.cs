using Orleans.TestingHost;

namespace OrleansSeg.Grains.Tests.Clusters;

/// <summary>Silos that come and go; each step ends when every other silo knows.</summary>
internal static class ClusterMembers
{
    /// <summary>Starts the next silo; ends when every silo knows it and what it is there for.</summary>
    public static async Task<InProcessSiloHandle> JoinAsync(this InProcessTestCluster cluster)
    {
        var silo = await cluster.StartAdditionalSiloAsync();
        await cluster.WaitForClusterManifestToStabilizeAsync();
        return silo;
    }

    /// <summary>Stops a silo; ends when the others know.</summary>
    public static async Task LeaveAsync(this InProcessTestCluster cluster, InProcessSiloHandle silo)
    {
        await cluster.StopSiloAsync(silo);
        await cluster.WaitForClusterManifestToStabilizeAsync();
    }
}
