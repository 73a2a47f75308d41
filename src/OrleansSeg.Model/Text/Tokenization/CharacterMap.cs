using System.Buffers.Binary;
using System.Text;
using OrleansSeg.Model.Text.Checkpoints;

namespace OrleansSeg.Model.Text.Tokenization;

/// <summary>SentencePiece's own normalization: a map from sequences of characters to what stands for them, compiled into a trie.</summary>
/// <remarks>
/// Kudo and Richardson 2018, arXiv:1808.06226. Format: the trie's bytes, the trie (a double array in the layout of github.com/s-yata/darts-clone),
/// and results, each ended by a zero. The package's own normalizer is not used: it keeps what the map deletes, such as control
/// characters, and loses where characters came from.
/// </remarks>
internal sealed class CharacterMap
{
    private readonly uint[] _units;
    private readonly byte[] _results;

    private CharacterMap(uint[] units, byte[] results) => (_units, _results) = (units, results);

    /// <summary>Reads a compiled map.</summary>
    /// <param name="blob">Its bytes; none for a map that changes nothing.</param>
    /// <exception cref="CheckpointException">The bytes are no such map.</exception>
    public static CharacterMap Read(ReadOnlySpan<byte> blob)
    {
        if (blob.IsEmpty)
        {
            return new CharacterMap([], []);
        }

        var length = blob.Length > 4 ? BinaryPrimitives.ReadUInt32LittleEndian(blob) : uint.MaxValue;
        if (length > blob.Length - 4 || length % 4 != 0)
        {
            throw new CheckpointException($"The map of characters claims a trie of {length} bytes in {blob.Length}.");
        }

        var units = new uint[length / 4];
        for (var i = 0; i < units.Length; i++)
        {
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(blob[(4 + (4 * i))..]);
        }

        return new CharacterMap(units, blob[(4 + (int)length)..].ToArray());
    }

    /// <summary>A part of a text with every sequence replaced, the longest first, and with where each character came from.</summary>
    public AlignedText Apply(string text, int start, int end)
    {
        var mapped = new AlignedText();
        var (bytes, starts) = Encode(text, start, end);
        for (var at = 0; at < bytes.Length;)
        {
            if (Longest(bytes.AsSpan(at)) is { Length: > 0 } found)
            {
                mapped.Add(Result(found.Value), starts[at], starts[at + found.Length]);
                at += found.Length;
                continue;
            }

            Rune.DecodeFromUtf8(bytes.AsSpan(at), out var rune, out var length);
            mapped.Add(rune, starts[at], starts[at + length]);
            at += length;
        }

        return mapped;
    }

    private (int Length, int Value) Longest(ReadOnlySpan<byte> bytes)
    {
        var (longest, value) = (0, 0);
        if (_units.Length == 0)
        {
            return (longest, value);
        }

        var node = Offset(_units[0]);
        for (var i = 0; i < bytes.Length; i++)
        {
            node ^= bytes[i];
            if (node >= _units.Length || (_units[node] & 0x800000FF) != bytes[i])
            {
                break;
            }

            var unit = _units[node];
            node ^= Offset(unit);
            if ((unit >> 8 & 1) == 1 && node < _units.Length)
            {
                (longest, value) = (i + 1, (int)(_units[node] & 0x7FFFFFFF));
            }
        }

        return (longest, value);
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & (1u << 9)) >> 6);

    private string Result(int from)
    {
        if (from >= _results.Length)
        {
            return "";
        }

        var rest = _results.AsSpan(from);
        var end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    // Where in the text each byte's character begins; one more entry for the end.
    private static (byte[] Bytes, int[] Starts) Encode(string text, int start, int end)
    {
        var (bytes, starts) = (new List<byte>(end - start), new List<int>(end - start + 1));
        Span<byte> encoded = stackalloc byte[4];
        for (var at = start; at < end;)
        {
            Rune.DecodeFromUtf16(text.AsSpan(at, end - at), out var rune, out var length);
            foreach (var each in encoded[..rune.EncodeToUtf8(encoded)])
            {
                bytes.Add(each);
                starts.Add(at);
            }

            at += length;
        }

        starts.Add(end);
        return ([.. bytes], [.. starts]);
    }
}
