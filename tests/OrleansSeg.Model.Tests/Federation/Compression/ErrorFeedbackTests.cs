using CsCheck;
using OrleansSeg.Model.Federation.Compression;

namespace OrleansSeg.Model.Tests.Federation.Compression;

public class ErrorFeedbackTests
{
    public static TheoryData<string> Names => [.. UpdateCompressors.Names];

    [Theory, MemberData(nameof(Names))]
    public void Compress_ManyRounds_SentPlusResidualIsAllThatWasToBeSent(string name) =>
        Gen.Select(Gen.Float[-1, 1].Array[50].Array[1, 30], Gen.ULong).Sample((updates, seed) =>
        {
            var compressor = UpdateCompressors.Create(name, CompressionParameters.Defaults);
            var (wanted, sent, residual) = (new double[50], new double[50], Array.Empty<float>());
            foreach (var update in updates)
            {
                var step = ErrorFeedback.Compress(compressor, update, residual, seed);
                Assert.Equal(step.Sent, UpdateFrame.Read(step.Bytes, 50));
                residual = step.Residual;
                for (var i = 0; i < 50; i++)
                {
                    (wanted[i], sent[i]) = (wanted[i] + update[i], sent[i] + step.Sent[i]);
                }
            }

            for (var i = 0; i < 50; i++)
            {
                // Each round rounds a sum of at most 31 once: 31 · 2^-24 a round.
                Assert.Equal(wanted[i], sent[i] + residual[i], updates.Length * 31 * Math.Pow(2, -24));
            }
        });

    [Fact]
    public void Compress_SmallButSteadyNumbers_AreSentInTime()
    {
        // One number of four is sent a round. The small one never wins by itself, and comes through once enough of it is left over.
        var compressor = new TopKCompressor(new() { Share = 0.25 });
        float[] update = [1, 0.1f, 0, 0];
        var (residual, sent) = (Array.Empty<float>(), 0f);
        for (var round = 0; round < 40; round++)
        {
            var step = ErrorFeedback.Compress(compressor, update, residual, 1);
            (residual, sent) = (step.Residual, sent + step.Sent[1]);
        }

        Assert.Equal(0, UpdateFrame.Read(compressor.Compress(update, 1), 4)[1]);
        Assert.InRange(sent, (40 * 0.1) - 1.2, (40 * 0.1) + 1e-5);
    }

    [Fact]
    public void Compress_ResidualOfAnotherLength_IsRefused() =>
        Assert.Throws<ArgumentException>(() => ErrorFeedback.Compress(new PlainCompressor(), [1, 2], [1], 1));
}
