using System.Buffers.Binary;
using System.Text;

namespace OrleansSeg.Customers.History;

/// <summary>A place in a history, just after one event; travels as an opaque page token.</summary>
/// <remarks>It names the event by time and id, not by position, so that events recorded meanwhile neither repeat nor hide others.</remarks>
internal readonly record struct HistoryCursor(long Ticks, string EventId)
{
    /// <summary>The token for one customer.</summary>
    public string ToToken(string grainKey)
    {
        var id = Encoding.UTF8.GetBytes(EventId);
        var bytes = new byte[8 + id.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Ticks);
        id.CopyTo(bytes, 8);
        return PageToken.Encode(grainKey, bytes);
    }

    /// <summary>Reads a token back.</summary>
    /// <exception cref="ArgumentException">It is not a token of this customer.</exception>
    public static HistoryCursor Parse(string token, string grainKey)
    {
        var bytes = PageToken.Decode(grainKey, token);
        return bytes.Length < 8
            ? throw new ArgumentException("The page token is not one that this customer's history gave.", nameof(token))
            : new HistoryCursor(BinaryPrimitives.ReadInt64LittleEndian(bytes), Encoding.UTF8.GetString(bytes.AsSpan(8)));
    }
}
