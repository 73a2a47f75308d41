using OrleansSeg.Model.Features;
using OrleansSeg.Model.Text;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Sequences;

/// <summary>Turns inputs into padded tensors; the same in training and in serving.</summary>
/// <param name="config">The network's shape.</param>
/// <param name="normalizer">Fitted on training examples.</param>
/// <param name="texts">Gives each text its vector.</param>
public sealed class InputEncoder(NetworkConfig config, FeatureNormalizer normalizer, ITextEncoder texts)
{
    /// <summary>Numbers of one step: log amount, log quantity, log events, log age and gap in days, rating and whether there is one, season twice.</summary>
    public const int StepNumbers = 9;

    /// <summary>Most attributes that enter.</summary>
    public const int AttributeCountMax = 8;

    /// <summary>Encodes a batch, padded to its longest sequence.</summary>
    public EncodedBatch Encode(IReadOnlyList<CustomerInput> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var batch = inputs.Count;
        var steps = Math.Max(1, inputs.Max(input => input.Tokens.Length));
        var width = config.TextWidth;
        var types = new long[batch * steps];
        var categories = new long[batch * steps];
        var numbers = new float[batch * steps * StepNumbers];
        var vectors = new float[batch * steps * width];
        var lengths = new long[batch];
        var aggregates = new float[batch * normalizer.Width];
        var attributes = new long[batch * AttributeCountMax];
        for (var b = 0; b < batch; b++)
        {
            var input = inputs[b];
            lengths[b] = Math.Max(1, input.Tokens.Length);
            normalizer.Apply(input.Aggregates, aggregates.AsSpan(b * normalizer.Width, normalizer.Width));
            for (var a = 0; a < Math.Min(AttributeCountMax, input.Attributes.Length); a++)
            {
                attributes[(b * AttributeCountMax) + a] = StableHash.Bucket(input.Attributes[a], config.AttributeBuckets);
            }

            var tokens = input.Tokens.Span;
            for (var t = 0; t < tokens.Length; t++)
            {
                var cell = (b * steps) + t;
                types[cell] = (long)tokens[t].Type;
                categories[cell] = StableHash.Bucket(tokens[t].Category, config.CategoryBuckets);
                WriteNumbers(tokens[t], t > 0 ? tokens[t - 1] : null, input.AsOf, numbers.AsSpan(cell * StepNumbers, StepNumbers));
                WriteText(tokens[t].Texts, vectors.AsSpan(cell * width, width));
            }
        }

        return new EncodedBatch
        {
            Types = tensor(types, [batch, steps]),
            Categories = tensor(categories, [batch, steps]),
            Numbers = tensor(numbers, [batch, steps, StepNumbers]),
            Texts = tensor(vectors, [batch, steps, width]),
            Lengths = tensor(lengths, [batch]),
            Aggregates = tensor(aggregates, [batch, normalizer.Width]),
            Attributes = tensor(attributes, [batch, AttributeCountMax]),
        };
    }

    private static void WriteNumbers(SequenceToken token, SequenceToken? previous, DateTimeOffset asOf, Span<float> numbers)
    {
        // Logs keep a wholesaler's thousands and a gift buyer's tens within one scale; the divisors bring each near one.
        numbers[0] = MathF.Log(1 + MathF.Max(0, token.Amount)) / 5;
        numbers[1] = MathF.Log(1 + MathF.Max(0, token.Quantity)) / 5;
        numbers[2] = MathF.Log(1 + token.EventCount) / 3;
        numbers[3] = MathF.Log(1 + Days(asOf - token.Timestamp)) / 4;
        numbers[4] = previous is null ? 0 : MathF.Log(1 + Days(token.Timestamp - previous.Timestamp)) / 4;
        numbers[5] = float.IsFinite(token.Rating) ? Math.Clamp(token.Rating, -10, 10) / 5 : 0;
        numbers[6] = float.IsFinite(token.Rating) ? 1 : 0;
        var angle = 2 * MathF.PI * token.Timestamp.UtcDateTime.DayOfYear / 365.25f;
        numbers[7] = MathF.Sin(angle);
        numbers[8] = MathF.Cos(angle);
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
            var vector = texts.Encode(line);
            for (var i = 0; i < mean.Length; i++)
            {
                mean[i] += vector[i] / lines.Length;
            }
        }
    }
}
