using System.Collections.Frozen;
using System.Runtime.InteropServices;

namespace OrleansSeg.Model.Bundles;

/// <summary>A number type of safetensors files.</summary>
/// <param name="Name">Its name in the header.</param>
/// <param name="Width">Bytes of one number.</param>
internal sealed record SafeTensorsType(string Name, int Width)
{
    private static readonly FrozenDictionary<string, SafeTensorsType> Known = new SafeTensorsType[]
    {
        new("F64", 8), new("F32", 4), new("F16", 2), new("BF16", 2), new("I64", 8), new("I32", 4), new("I16", 2), new("I8", 1),
        new("U64", 8), new("U32", 4), new("U16", 2), new("U8", 1), new("BOOL", 1), new("F8_E4M3", 1), new("F8_E5M2", 1),
    }.ToFrozenDictionary(type => type.Name, StringComparer.Ordinal);

    /// <summary>Single precision.</summary>
    public static SafeTensorsType Single { get; } = Known["F32"];

    /// <summary>Half of it, with 11 bits of precision.</summary>
    public static SafeTensorsType Half { get; } = Known["F16"];

    /// <summary>The upper half of single precision.</summary>
    public static SafeTensorsType BFloat16 { get; } = Known["BF16"];

    /// <summary>Whole numbers of a byte, with a sign.</summary>
    public static SafeTensorsType Int8 { get; } = Known["I8"];

    /// <summary>Whether its numbers can be read as fp32.</summary>
    public bool ReadsAsSingle => Name is "F32" or "F16" or "BF16";

    /// <summary>The type of a name, or null.</summary>
    public static SafeTensorsType? Find(string? name) => name is null ? null : Known.GetValueOrDefault(name);

    /// <summary>Widens numbers to fp32; a bf16 is the upper half of one.</summary>
    /// <param name="bytes">The numbers, little-endian.</param>
    /// <param name="values">Where they go, as many as the bytes hold.</param>
    public void Widen(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        if (Name == "F32")
        {
            bytes.CopyTo(MemoryMarshal.AsBytes(values));
            return;
        }

        var halves = MemoryMarshal.Cast<byte, ushort>(bytes);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Name == "F16" ? (float)BitConverter.UInt16BitsToHalf(halves[i]) : BitConverter.Int32BitsToSingle(halves[i] << 16);
        }
    }

    /// <summary>Rounds fp32 numbers to this type, to the nearest, and to the even one of two.</summary>
    /// <param name="values">The numbers; whole ones from -128 to 127 for I8.</param>
    /// <param name="bytes">Where they go, little-endian.</param>
    /// <exception cref="NotSupportedException">Numbers of this type are not written.</exception>
    public void Narrow(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        switch (Name)
        {
            case "F32":
                MemoryMarshal.AsBytes(values).CopyTo(bytes);
                break;
            case "F16":
                var halves = MemoryMarshal.Cast<byte, Half>(bytes);
                for (var i = 0; i < values.Length; i++)
                {
                    halves[i] = (Half)values[i];
                }

                break;
            case "BF16":
                var uppers = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (var i = 0; i < values.Length; i++)
                {
                    var bits = BitConverter.SingleToUInt32Bits(values[i]);
                    uppers[i] = (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
                }

                break;
            case "I8":
                for (var i = 0; i < values.Length; i++)
                {
                    bytes[i] = (byte)checked((sbyte)values[i]);
                }

                break;
            default:
                throw new NotSupportedException($"Numbers of type {Name} are not written.");
        }
    }
}
