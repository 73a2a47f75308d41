namespace OrleansSeg.Customers;

/// <summary>Which grains have a record in the store: for verification, never for serving.</summary>
public interface IGrainStateCatalog
{
    /// <summary>Grain ids with a record of one state name, in ordinal order of their text.</summary>
    /// <param name="stateName">The state name.</param>
    /// <param name="prefix">Beginning of the grain id's text, such as <c>seg.customer/shop:</c>.</param>
    /// <param name="cancellationToken">Stops between two pages.</param>
    IAsyncEnumerable<GrainId> EnumerateAsync(string stateName, string prefix, CancellationToken cancellationToken);
}
