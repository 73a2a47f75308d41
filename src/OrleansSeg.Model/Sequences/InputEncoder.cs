using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Sequences;

/// <summary>Turns inputs into padded tensors; the same in training and in serving. Encodes from any thread.</summary>
/// <remarks>Values are written straight into the tensors' memory: nothing is allocated per customer or step.</remarks>
/// <param name="config">The network's shape.</param>
/// <param name="scheme">Its segments.</param>
/// <param name="normalizer">Fitted on training examples.</param>
/// <param name="texts">Gives each text its vector.</param>
/// <param name="device">Where batches go once they are written; null leaves them in the CPU's memory.</param>
public sealed class InputEncoder(NetworkConfig config, SegmentScheme scheme, FeatureNormalizer normalizer, ITextEncoder texts, Device? device = null)
{
    /// <summary>Numbers of every step: log amount, log quantity, log events, log age and gap in days, rating and whether there is one.</summary>
    internal const int PlainNumbers = 7;

    /// <summary>Where the calendar enters: sine and cosine of the step's day of the year and of the week, and of the day of the year asked about.</summary>
    internal const int CalendarNumbers = 6;

    private const double YearDays = 365.2425;

    /// <summary>Most attributes that enter.</summary>
    public const int AttributeCountMax = 8;

    /// <summary>Encodes a batch, padded to its longest sequence.</summary>
    public EncodedBatch Encode(IReadOnlyList<CustomerInput> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (config.TextWidth > 0)
        {
            texts.Prepare(TextsOf(inputs));
        }

        var stepCount = 1;
        foreach (var input in inputs)
        {
            stepCount = Math.Max(stepCount, input.Tokens.Length);
        }

        var batch = new EncodedBatch
        {
            Types = zeros([inputs.Count, stepCount], dtype: int64),
            Categories = zeros([inputs.Count, stepCount], dtype: int64),
            Numbers = zeros([inputs.Count, stepCount, config.StepNumbers]),
            Texts = zeros([inputs.Count, stepCount, config.TextWidth]),
            Lengths = ones([inputs.Count], dtype: int64),
            Aggregates = zeros([inputs.Count, normalizer.Width]),
            Attributes = zeros([inputs.Count, AttributeCountMax], dtype: int64),
            Impossible = zeros([inputs.Count, scheme.Count]),
        };
        WriteSteps(inputs, stepCount, batch);
        WriteProfiles(inputs, batch);
        return device is null || device.type == DeviceType.CPU ? batch : batch.MoveTo(device);
    }

    /// <summary>All texts of inputs, as often as they occur.</summary>
    internal static IEnumerable<string> TextsOf(IEnumerable<CustomerInput> inputs)
    {
        foreach (var input in inputs)
        {
            for (var t = 0; t < input.Tokens.Length; t++)
            {
                foreach (var text in input.Tokens.Span[t].Texts)
                {
                    yield return text;
                }
            }
        }
    }

    private void WriteSteps(IReadOnlyList<CustomerInput> inputs, int stepCount, EncodedBatch batch)
    {
        var types = Memory<long>(batch.Types);
        var categories = Memory<long>(batch.Categories);
        var numbers = Memory<float>(batch.Numbers);
        var vectors = Memory<float>(batch.Texts);
        var lengths = Memory<long>(batch.Lengths);
        var width = config.TextWidth;
        for (var b = 0; b < inputs.Count; b++)
        {
            var tokens = inputs[b].Tokens.Span;
            lengths[b] = Math.Max(1, tokens.Length);
            for (var t = 0; t < tokens.Length; t++)
            {
                var cell = (b * stepCount) + t;
                types[cell] = (long)tokens[t].Type;
                categories[cell] = StableHash.Bucket(tokens[t].Category, config.CategoryBuckets);
                WriteNumbers(tokens[t], t > 0 ? tokens[t - 1] : null, inputs[b].AsOf, numbers.Slice(cell * config.StepNumbers, config.StepNumbers));
                WriteText(tokens[t].Texts, vectors.Slice(cell * width, width));
            }
        }
    }

    private void WriteProfiles(IReadOnlyList<CustomerInput> inputs, EncodedBatch batch)
    {
        var aggregates = Memory<float>(batch.Aggregates);
        var attributes = Memory<long>(batch.Attributes);
        var impossible = Memory<float>(batch.Impossible);
        Span<bool> possible = stackalloc bool[scheme.Count];
        for (var b = 0; b < inputs.Count; b++)
        {
            normalizer.Apply(inputs[b].Aggregates, aggregates.Slice(b * normalizer.Width, normalizer.Width));
            var a = 0;
            foreach (var attribute in inputs[b].Attributes)
            {
                if (a < AttributeCountMax && scheme.Shows(attribute))
                {
                    attributes[(b * AttributeCountMax) + a++] = StableHash.Bucket(attribute, config.AttributeBuckets);
                }
            }

            PossibleLabels.Mark(scheme, inputs[b], possible);
            for (var label = 0; label < possible.Length; label++)
            {
                impossible[(b * possible.Length) + label] = possible[label] ? 0 : SegmentNetwork.ImpossibleLogit;
            }
        }
    }

    private void WriteNumbers(SequenceToken token, SequenceToken? previous, DateTimeOffset asOf, Span<float> numbers)
    {
        // Logs keep a wholesaler's thousands and a gift buyer's tens within one scale; the divisors bring each near one.
        numbers[0] = MathF.Log(1 + MathF.Max(0, token.Amount)) / 5;
        numbers[1] = MathF.Log(1 + MathF.Max(0, token.Quantity)) / 5;
        numbers[2] = MathF.Log(1 + token.EventCount) / 3;
        numbers[3] = MathF.Log(1 + Days(asOf - token.Timestamp)) / 4;
        numbers[4] = previous is null ? 0 : MathF.Log(1 + Days(token.Timestamp - previous.Timestamp)) / 4;
        numbers[5] = float.IsFinite(token.Rating) ? Math.Clamp(token.Rating, -10, 10) / 5 : 0;
        numbers[6] = float.IsFinite(token.Rating) ? 1 : 0;
        var further = numbers[PlainNumbers..];
        for (var wave = 0; wave < config.TimeWaves; wave++)
        {
            WriteWave((asOf - token.Timestamp).TotalDays / Math.ScaleB(2, wave), ref further);
        }

        if (config.Calendar)
        {
            WriteWave(token.Timestamp.UtcDateTime.DayOfYear / YearDays, ref further);
            WriteWave((int)token.Timestamp.UtcDateTime.DayOfWeek / 7.0, ref further);
            WriteWave(asOf.UtcDateTime.DayOfYear / YearDays, ref further);
        }
    }

    private static void WriteWave(double turns, ref Span<float> numbers)
    {
        (numbers[0], numbers[1]) = ((float)Math.Sin(2 * Math.PI * turns), (float)Math.Cos(2 * Math.PI * turns));
        numbers = numbers[2..];
    }

    private static float Days(TimeSpan span) => (float)Math.Max(0, span.TotalDays);

    private void WriteText(string[] lines, Span<float> mean)
    {
        if (lines.Length == 0 || mean.Length == 0)
        {
            return;
        }

        foreach (var line in lines)
        {
            TensorPrimitives.MultiplyAdd(texts.Encode(line), 1f / lines.Length, mean, mean);
        }
    }

    private static Span<T> Memory<T>(TorchSharp.torch.Tensor tensor)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(tensor.bytes);
}
