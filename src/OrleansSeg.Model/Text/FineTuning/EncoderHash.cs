using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using OrleansSeg.Model.Text.Transformer;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.FineTuning;

/// <summary>What tells one encoder's weights from another's, wherever they were loaded from.</summary>
public static class EncoderHash
{
    /// <summary>SHA-256 over names and values of all weights, lower-case hexadecimal; about a third of a second for 110 million.</summary>
    public static string Of(BertEncoder encoder)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, weight) in encoder.named_parameters())
        {
            using var scope = NewDisposeScope();
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(MemoryMarshal.AsBytes(weight.detach().cpu().to(float32).contiguous().data<float>().ToArray().AsSpan()));
        }

        foreach (var (name, module) in encoder.named_modules().Where(pair => pair.module is Int8Linear))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(((Int8Linear)module).WeightHash);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
