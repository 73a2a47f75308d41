namespace OrleansSeg.Model.Federation.Compression;

/// <summary>What a trainer sends of an update, and what it keeps for the next.</summary>
/// <param name="Bytes">To send.</param>
/// <param name="Sent">(P) what the bytes say: what the server reads.</param>
/// <param name="Residual">(P) to add to the next update. The trainer takes it over once this update was aggregated; until then it keeps the old one.</param>
public sealed record SentUpdate(byte[] Bytes, float[] Sent, float[] Residual);

/// <summary>Keeps what compression left out and adds it to the next update, so that nothing is lost for good, only late.</summary>
/// <remarks>Karimireddy et al. 2019, arXiv:1901.09847, Algorithm 1 (EF-SGD). Differs: a round's change takes the place of the step of one gradient.</remarks>
public static class ErrorFeedback
{
    /// <summary>Compresses an update together with what was left of those before: sent plus residual is update plus residual before.</summary>
    /// <param name="compressor">How.</param>
    /// <param name="update">(P) this round's.</param>
    /// <param name="residual">(P) left of the rounds before; empty for nothing.</param>
    /// <param name="seed">Of what is random in it, from <see cref="UpdateCompressors.Seed"/>.</param>
    /// <exception cref="ArgumentException">The residual has another length, or a sum is NaN or infinite.</exception>
    public static SentUpdate Compress(IUpdateCompressor compressor, ReadOnlySpan<float> update, ReadOnlySpan<float> residual, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(compressor);
        if (!residual.IsEmpty && residual.Length != update.Length)
        {
            throw new ArgumentException($"Has {residual.Length} numbers; {update.Length} are expected.", nameof(residual));
        }

        var whole = update.ToArray();
        for (var i = 0; i < residual.Length; i++)
        {
            whole[i] += residual[i];
        }

        var bytes = compressor.Compress(whole, seed);
        var sent = UpdateFrame.Read(bytes, whole.Length);
        for (var i = 0; i < whole.Length; i++)
        {
            whole[i] -= sent[i];
        }

        return new SentUpdate(bytes, sent, whole);
    }
}
