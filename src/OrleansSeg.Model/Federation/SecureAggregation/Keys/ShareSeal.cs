using System.Security.Cryptography;
using OrleansSeg.Model.Federation.SecureAggregation.Messages;

namespace OrleansSeg.Model.Federation.SecureAggregation.Keys;

/// <summary>Seals one trainer's shares to another: AES-256-GCM with a random nonce, bound to round, sender and recipient.</summary>
internal static class ShareSeal
{
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int ShareLength = 32;

    public static SealedShares Close(SecureRound round, byte[] key, HeldShares shares, string to, RandomNumberGenerator random)
    {
        var bytes = new byte[NonceLength + (2 * ShareLength) + TagLength];
        random.GetBytes(bytes, 0, NonceLength);
        byte[] plain = [.. shares.MaskKey, .. shares.Seed];
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(
            bytes.AsSpan(0, NonceLength), plain, bytes.AsSpan(NonceLength, plain.Length), bytes.AsSpan(NonceLength + plain.Length),
            Bound(round, shares.Of, to));
        CryptographicOperations.ZeroMemory(plain);
        return new SealedShares(shares.Of, to, bytes);
    }

    /// <exception cref="SecureMessageRefusedException">It was not sealed with this key, by this sender, for this recipient, in this round.</exception>
    public static HeldShares Open(SecureRound round, byte[] key, SealedShares message)
    {
        var plain = new byte[2 * ShareLength];
        if (message.Sealed is not { Length: NonceLength + (2 * ShareLength) + TagLength })
        {
            throw new SecureMessageRefusedException($"The shares that '{message.From}' sealed for '{message.To}' have the wrong length.");
        }

        try
        {
            using var aes = new AesGcm(key, TagLength);
            var bytes = message.Sealed.AsSpan();
            aes.Decrypt(bytes[..NonceLength], bytes[NonceLength..^TagLength], bytes[^TagLength..], plain, Bound(round, message.From, message.To));
        }
        catch (AuthenticationTagMismatchException exception)
        {
            throw new SecureMessageRefusedException(
                $"The shares said to be from '{message.From}' for '{message.To}' were not sealed so, or were changed on the way.", exception);
        }

        return new HeldShares(message.From, plain[..ShareLength], plain[ShareLength..]);
    }

    private static byte[] Bound(SecureRound round, string from, string to) =>
        new Transcript("sealed share").Add(round.Digest).Add(from).Add(to).ToArray();
}
