using OrleansSeg.Events;

namespace OrleansSeg.Placement;

/// <summary>The site in a grain's key.</summary>
internal static class SiteKey
{
    /// <summary>The site that the key is, or that it begins with before a colon; null when that is no site, which the grain itself refuses.</summary>
    public static string? Of(GrainId grain)
    {
        var key = grain.Key.ToString()!;
        var colon = key.IndexOf(':', StringComparison.Ordinal);
        var site = colon < 0 ? key : key[..colon];
        return CustomerKey.IsSite(site) ? site : null;
    }
}
