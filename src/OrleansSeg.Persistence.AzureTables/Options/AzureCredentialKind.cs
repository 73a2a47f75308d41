namespace OrleansSeg.Persistence.AzureTables;

/// <summary>How a silo proves who it is when it is given a service's address instead of a connection string.</summary>
public enum AzureCredentialKind
{
    /// <summary>What the environment offers, in the order of <c>DefaultAzureCredential</c>: for developers and for workload identity.</summary>
    Default,

    /// <summary>The managed identity of the machine, and nothing else: for production, where a fall-back would hide a mistake.</summary>
    ManagedIdentity,
}
