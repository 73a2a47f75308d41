using System.Diagnostics;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Compression;

/// <summary>How fast a folder's model is, and what it takes.</summary>
/// <param name="DiskBytes">Bytes of the folder's files.</param>
/// <param name="ResidentBytes">Bytes of its weights in memory.</param>
/// <param name="TextsPerSecond">Texts a second, from token ids to vectors or labels: the median over repetitions.</param>
public sealed record ModelSpeed(long DiskBytes, long ResidentBytes, double TextsPerSecond)
{
    /// <summary>Most texts that a repetition reads.</summary>
    public const int TextsMax = 256;

    private const int TextsPerBatch = 32;
    private const int Repetitions = 7;

    /// <summary>Measures models side by side: one repetition of each in turn, so that a machine that speeds up or slows down does so for all.</summary>
    /// <param name="folders">The folders; all are in memory at once.</param>
    /// <param name="texts">Token ids of texts, at least one.</param>
    /// <param name="progress">Told of the share done; may be null.</param>
    /// <param name="cancellationToken">Stops between two repetitions.</param>
    /// <exception cref="CheckpointException">A folder cannot be loaded.</exception>
    public static IReadOnlyList<ModelSpeed> Of(IReadOnlyList<string> folders, IReadOnlyList<int[]> texts, Action<double>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(folders);
        ArgumentNullException.ThrowIfNull(texts);
        using var threads = TorchThreads.Fix(Environment.ProcessorCount);
        var models = new List<TextCheckpoint>();
        try
        {
            models.AddRange(folders.Select(folder => TextCheckpoint.Load(folder)));
            var batches = texts.Take(TextsMax).OrderBy(text => text.Length).Chunk(TextsPerBatch).ToList();
            var seconds = models.ConvertAll(_ => new List<double>());

            // The first of each is not counted: the allocator and the compiler are not warm before.
            for (var run = -1; run < Repetitions; run++)
            {
                for (var number = 0; number < models.Count; number++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var started = Stopwatch.GetTimestamp();
                    Read(models[number], batches);
                    if (run >= 0)
                    {
                        seconds[number].Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
                    }

                    progress?.Invoke((((run + 1) * models.Count) + number + 1) / (double)((Repetitions + 1) * models.Count));
                }
            }

            return [.. folders.Select((folder, number) => new ModelSpeed(DiskBytesOf(folder), BytesOf(models[number]), batches.Sum(batch => batch.Length) / seconds[number].Order().ElementAt(Repetitions / 2)))];
        }
        finally
        {
            models.ForEach(model => model.Dispose());
        }
    }

    private static void Read(TextCheckpoint model, List<int[][]> batches)
    {
        using var quiet = no_grad();
        foreach (var batch in batches)
        {
            using var scope = NewDisposeScope();
            using var tokens = TokenBatch.Of(batch, model.Config.PaddingId);
            var states = model.Encoder.Forward(tokens);
            _ = model.Head switch
            {
                TokenHead head => head.Forward(states),
                SequenceHead head => head.Forward(states),
                _ => model.Pooling.Forward(states.to(float32), tokens.Mask),
            };
        }
    }

    private static long DiskBytesOf(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    private static long BytesOf(TextCheckpoint model) => new nn.Module?[] { model.Encoder, model.Pooler, model.Head }.OfType<nn.Module>().Sum(BytesOf);

    private static long BytesOf(nn.Module module) =>
        module.parameters().Sum(weight => weight.numel() * weight.element_size()) + module.modules().OfType<Int8Linear>().Sum(product => product.Bytes - (2 * sizeof(float) * product.Shape[0]));
}
