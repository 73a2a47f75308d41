using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Federation.Fitting;

/// <summary>The tenth of every site's customers that no version is fitted, trained or tuned on: the promotion gate asks about them alone.</summary>
/// <remarks>Who belongs to it hangs on site and id alone, through a keyed hash that nothing else uses, so it is the same for every version, silo and run.</remarks>
public static class Holdout
{
    /// <summary>Share of the customers.</summary>
    public const double Share = 0.1;

    // Public, and constant for ever: another key is another holdout, and every model so far would have been trained on parts of it.
    private static readonly byte[] Key = "OrleansSeg holdout, key 1"u8.ToArray();

    /// <summary>Whether a customer belongs to it.</summary>
    public static bool Contains(string site, string customerId)
    {
        var hash = HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes($"{site}:{customerId}"));
        return BinaryPrimitives.ReadUInt64LittleEndian(hash) < Share * ulong.MaxValue;
    }

    /// <summary>A site's histories without it.</summary>
    public static HistorySource Without(string site, HistorySource histories) => stop => Filter(site, histories, inside: false, stop);

    /// <summary>A site's histories of it alone.</summary>
    public static HistorySource Only(string site, HistorySource histories) => stop => Filter(site, histories, inside: true, stop);

    private static async IAsyncEnumerable<CustomerHistory> Filter(
        string site, HistorySource histories, bool inside, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var history in histories(cancellationToken))
        {
            if (Contains(site, history.CustomerId) == inside)
            {
                yield return history;
            }
        }
    }
}
