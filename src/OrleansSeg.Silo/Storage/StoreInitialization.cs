namespace OrleansSeg.Silo.Storage;

/// <summary>What was done to make a store ready.</summary>
/// <param name="Store">Its name in a silo-config file.</param>
/// <param name="VersionBefore">Version of its tables before; 0 when there were none.</param>
/// <param name="Version">Version of its tables now; 0 for a store without tables.</param>
public sealed record StoreInitialization(string Store, int VersionBefore, int Version);
