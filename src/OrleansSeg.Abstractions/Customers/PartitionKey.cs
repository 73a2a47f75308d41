using System.Globalization;
using OrleansSeg.Events;

namespace OrleansSeg.Customers;

/// <summary>One partition of one site; grain key <c>{site}:{number}</c>.</summary>
public sealed record PartitionKey
{
    /// <summary>Makes the key.</summary>
    /// <param name="site">The site.</param>
    /// <param name="number">0 to the site's partition count, exclusive.</param>
    /// <exception cref="ArgumentException">The site is not one.</exception>
    public PartitionKey(string site, int number)
    {
        if (!CustomerKey.IsSite(site))
        {
            throw new ArgumentException($"'{site}' is not a site", nameof(site));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(number);
        Site = site;
        Number = number;
    }

    /// <summary>The site.</summary>
    public string Site { get; }

    /// <summary>The partition's number.</summary>
    public int Number { get; }

    /// <summary>The grain key.</summary>
    public string GrainKey => string.Create(CultureInfo.InvariantCulture, $"{Site}:{Number}");

    /// <summary>Reads a grain key back.</summary>
    /// <exception cref="FormatException">The text is not a partition key.</exception>
    public static PartitionKey Parse(string grainKey)
    {
        ArgumentNullException.ThrowIfNull(grainKey);
        var colon = grainKey.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && int.TryParse(grainKey.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new PartitionKey(grainKey[..colon], number)
            : throw new FormatException($"'{grainKey}' is not a partition key.");
    }

    /// <inheritdoc />
    public override string ToString() => GrainKey;
}
