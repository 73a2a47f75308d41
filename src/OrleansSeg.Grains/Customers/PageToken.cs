using System.Buffers.Binary;
using System.Buffers.Text;
using System.IO.Hashing;
using System.Text;

namespace OrleansSeg.Customers;

/// <summary>Opaque page tokens: a payload, and a hash over it and over what it belongs to, so that a token from elsewhere is refused.</summary>
internal static class PageToken
{
    private const byte Version = 1;
    private const int LengthMax = 4096;

    /// <summary>Makes a token.</summary>
    /// <param name="scope">What the token belongs to, such as a grain key and the kind of page.</param>
    /// <param name="payload">Where to go on.</param>
    public static string Encode(string scope, ReadOnlySpan<byte> payload)
    {
        var bytes = new byte[1 + payload.Length + 8];
        bytes[0] = Version;
        payload.CopyTo(bytes.AsSpan(1));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(1 + payload.Length), Check(scope, payload));
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Makes a token of a text.</summary>
    public static string Encode(string scope, string payload) => Encode(scope, Encoding.UTF8.GetBytes(payload));

    /// <summary>Reads a token's payload.</summary>
    /// <exception cref="ArgumentException">The token was not made for this scope.</exception>
    public static byte[] Decode(string scope, string token)
    {
        if (token.Length <= LengthMax && Base64Url.IsValid(token))
        {
            var bytes = Base64Url.DecodeFromChars(token);
            if (bytes.Length >= 9 && bytes[0] == Version)
            {
                var payload = bytes.AsSpan(1, bytes.Length - 9);
                if (BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(bytes.Length - 8)) == Check(scope, payload))
                {
                    return payload.ToArray();
                }
            }
        }

        throw new ArgumentException("The page token is not one that was given here.", nameof(token));
    }

    /// <summary>Reads a token of a text.</summary>
    /// <exception cref="ArgumentException">The token was not made for this scope.</exception>
    public static string DecodeText(string scope, string token) => Encoding.UTF8.GetString(Decode(scope, token));

    private static ulong Check(string scope, ReadOnlySpan<byte> payload)
    {
        var hash = new XxHash64();
        hash.Append(payload);
        hash.Append(Encoding.UTF8.GetBytes(scope));
        return hash.GetCurrentHashAsUInt64();
    }
}
