using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace OrleansSeg.Model.Federation.Privacy;

/// <summary>64-bit words of a generator, fetched many at a time.</summary>
internal sealed class RandomWords(RandomNumberGenerator random)
{
    private readonly ulong[] words = new ulong[512];
    private int used = 512;

    public ulong Next()
    {
        if (used == words.Length)
        {
            random.GetBytes(MemoryMarshal.AsBytes(words.AsSpan()));
            used = 0;
        }

        var word = words[used];
        words[used++] = 0;
        return word;
    }
}
