namespace OrleansSeg.Models;

/// <summary>Who needs a bundle of the model store. Key: the bundle's hash.</summary>
/// <remarks>Only grains call it. The same bundle may be registered at several sites, and goes with the last of them.</remarks>
[GrainInterfaceType("seg.bundle"), Alias("seg.bundle"), Version(1)]
internal interface IBundleGrain : IGrainWithStringKey
{
    /// <summary>Keeps the bundle for a site until it lets go of it.</summary>
    [Alias("hold")]
    Task HoldAsync(string site);

    /// <summary>A site needs the bundle no more; it is removed from the store when no other does. Harmless when repeated.</summary>
    [Alias("release")]
    Task ReleaseAsync(string site);

    /// <summary>Removes the bundle from the store unless a site needs it. Harmless when repeated.</summary>
    /// <returns>Whether it is gone.</returns>
    [Alias("remove")]
    Task<bool> RemoveAsync();
}
