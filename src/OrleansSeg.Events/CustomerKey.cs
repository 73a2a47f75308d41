using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;
using System.Text;

namespace OrleansSeg.Events;

/// <summary>One customer of one site, and the grain key <c>{site}:{escaped id}</c> that names it.</summary>
/// <remarks>
/// The id is percent-escaped once and canonically (UTF-8 bytes, upper-case hexadecimal) where a storage key forbids a character:
/// <c>/ \ # ? %</c> and control characters. Two ids never share a key, and a key reads back to exactly one id.
/// </remarks>
public sealed record CustomerKey
{
    private static readonly SearchValues<char> SiteCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private static readonly SearchValues<char> Forbidden = SearchValues.Create(
        [.. Enumerable.Range(0, 256).Select(code => (char)code).Where(char.IsControl), .. "/\\#?%"]);

    private CustomerKey(string site, string customerId, string grainKey)
    {
        Site = site;
        CustomerId = customerId;
        GrainKey = grainKey;
    }

    /// <summary>The site: <c>[a-z0-9-]{1,32}</c>.</summary>
    public string Site { get; }

    /// <summary>The shop's own pseudonymous id, unescaped, 1 to 256 characters.</summary>
    public string CustomerId { get; }

    /// <summary>The grain key, at most <see cref="EventLimits.CustomerKeyLengthMax"/> characters.</summary>
    public string GrainKey { get; }

    /// <summary>Makes the key of a customer.</summary>
    /// <exception cref="ArgumentException">The site or the id breaks a bound; the message names which.</exception>
    public static CustomerKey Create(string site, string customerId) =>
        TryCreate(site, customerId, out var key, out var problem) ? key : throw new ArgumentException(problem, nameof(customerId));

    /// <summary>Makes the key of a customer, or says why it cannot.</summary>
    public static bool TryCreate(
        string? site, string? customerId, [NotNullWhen(true)] out CustomerKey? key, [NotNullWhen(false)] out string? problem)
    {
        key = null;
        problem = FindProblem(site, customerId);
        if (problem is not null)
        {
            return false;
        }

        var grainKey = $"{site}:{Escape(customerId!)}";
        if (grainKey.Length > EventLimits.CustomerKeyLengthMax)
        {
            problem = $"customer id takes {grainKey.Length} characters once escaped, at most {EventLimits.CustomerKeyLengthMax} are stored";
            return false;
        }

        key = new CustomerKey(site!, customerId!, grainKey);
        return true;
    }

    /// <summary>Reads a grain key back.</summary>
    /// <exception cref="FormatException">The text is not a canonical customer key.</exception>
    public static CustomerKey Parse(string grainKey)
    {
        ArgumentNullException.ThrowIfNull(grainKey);
        var colon = grainKey.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0
            && TryUnescape(grainKey[(colon + 1)..], out var id)
            && TryCreate(grainKey[..colon], id, out var key, out _)
            && key.GrainKey == grainKey)
        {
            return key;
        }

        throw new FormatException($"'{grainKey}' is not a customer key.");
    }

    /// <summary>The partition this customer belongs to, the same in every process.</summary>
    /// <param name="partitionCount">Partitions of the site, at least 1.</param>
    public int PartitionOf(int partitionCount) => PartitionOf(GrainKey, partitionCount);

    /// <summary>The partition of the customer that a grain key names; whether it names one is not looked at.</summary>
    /// <param name="grainKey">The grain key.</param>
    /// <param name="partitionCount">Partitions of the site, at least 1.</param>
    public static int PartitionOf(string grainKey, int partitionCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitionCount, 1);
        return (int)(XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(grainKey)) % (ulong)partitionCount);
    }

    /// <summary>Whether the text may name a site: <c>[a-z0-9-]{1,32}</c>.</summary>
    public static bool IsSite([NotNullWhen(true)] string? site) =>
        site is { Length: >= 1 and <= 32 } && !site.AsSpan().ContainsAnyExcept(SiteCharacters);

    /// <inheritdoc />
    public override string ToString() => GrainKey;

    private static string? FindProblem(string? site, string? customerId)
    {
        if (!IsSite(site))
        {
            return $"site '{site}' must have 1 to 32 characters of a-z, 0-9 and '-'";
        }

        if (string.IsNullOrEmpty(customerId) || customerId.Length > EventLimits.CustomerIdLengthMax)
        {
            return $"customer id must have 1 to {EventLimits.CustomerIdLengthMax} characters, has {customerId?.Length ?? 0}";
        }

        return HasLoneSurrogate(customerId) ? "customer id is not valid Unicode" : null;
    }

    private static bool HasLoneSurrogate(string text) => text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')
        && text.Count(char.IsSurrogate) != 2 * text.EnumerateRunes().Count(r => r.Utf16SequenceLength == 2);

    private static string Escape(string id)
    {
        if (!id.AsSpan().ContainsAny(Forbidden))
        {
            return id;
        }

        var escaped = new StringBuilder(id.Length + 16);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var c in id)
        {
            if (!Forbidden.Contains(c))
            {
                escaped.Append(c);
                continue;
            }

            var length = Encoding.UTF8.GetBytes([c], utf8);
            foreach (var b in utf8[..length])
            {
                escaped.Append('%').Append(b.ToString("X2"));
            }
        }

        return escaped.ToString();
    }

    private static bool TryUnescape(string text, [NotNullWhen(true)] out string? id)
    {
        id = null;
        try
        {
            id = Uri.UnescapeDataString(text);
            return true;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }
}
