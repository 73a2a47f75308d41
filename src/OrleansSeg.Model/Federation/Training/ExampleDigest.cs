using System.Security.Cryptography;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>A hash of everything in some examples that training sees: noise that was drawn for one set of examples must never meet another.</summary>
public static class ExampleDigest
{
    /// <summary>SHA-256 of examples in their order, lower-case hexadecimal. It stays at the trainer: whoever has the examples can tell whether they are the same.</summary>
    public static string Of(ExampleSet examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        using var hash = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
        using (var buffered = new BufferedStream(stream, 1 << 16))
        using (var writer = new BinaryWriter(buffered))
        {
            writer.Write(examples.Scheme.Count);
            foreach (var example in examples.Examples)
            {
                Write(writer, example);
            }
        }

        return Convert.ToHexStringLower(hash.Hash!);
    }

    private static void Write(BinaryWriter writer, Example example)
    {
        writer.Write(example.CustomerId);
        writer.Write(example.Label);
        writer.Write(example.HasPurchased);
        writer.Write(example.BuysAgain);
        writer.Write(example.FutureSpend);
        writer.Write(example.Input.AsOf.UtcTicks);
        writer.Write(example.Input.Aggregates.Length);
        foreach (var value in example.Input.Aggregates)
        {
            writer.Write(value);
        }

        Write(writer, example.Input.Attributes);
        writer.Write(example.Input.Tokens.Length);
        foreach (var token in example.Input.Tokens.Span)
        {
            Write(writer, token);
        }
    }

    private static void Write(BinaryWriter writer, SequenceToken token)
    {
        writer.Write((int)token.Type);
        writer.Write(token.Timestamp.UtcTicks);
        writer.Write(token.EventCount);
        writer.Write(token.Quantity);
        writer.Write(token.Amount);
        writer.Write(token.Rating);
        writer.Write(token.Category is not null);
        writer.Write(token.Category ?? "");
        Write(writer, token.Texts);
    }

    private static void Write(BinaryWriter writer, string[] texts)
    {
        writer.Write(texts.Length);
        foreach (var text in texts)
        {
            writer.Write(text);
        }
    }
}
