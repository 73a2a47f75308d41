using CsCheck;
using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Federation.Aggregation;
using OrleansSeg.Model.Federation.SecureAggregation;

namespace OrleansSeg.Model.Tests.Federation.SecureAggregation;

public sealed class UpdateEncodingTests
{
    private static readonly SeededGenerator Random = new(1);

    [Fact]
    public void Decoded_IsTheWeightedMeanOfTheUpdates() =>
        Gen.Select(Gen.Float[-1, 1].Array[5], Gen.Int[1, 5000], Gen.Int[1, 50]).Array[3, 8].Select(Gen.Bool, Gen.Bool).Sample((given, wide, alike) =>
        {
            var updates = given.Select((update, i) => new TrainerUpdate($"t{i}", update.Item1, update.Item2, update.Item3)).ToList();
            var encoding = new UpdateEncoding(5, 3, 8, 3, alike ? 1 : 5000, ringBits: wide ? 64 : 32);
            var decoded = encoding.Decode(Sum(encoding, updates), updates.Count);
            double Weight(TrainerUpdate update) => alike ? 1 : update.Examples;
            for (var i = 0; i < 5; i++)
            {
                var mean = updates.Sum(update => Weight(update) * update.Delta[i]) / updates.Sum(Weight);
                // A number is cut by up to a step, which a small weight makes coarser.
                var tolerance = encoding.Point.FromSteps(1) * updates.Count * encoding.ExamplesMax / updates.Sum(Weight) + 1e-6;
                Assert.InRange(decoded.Delta[i] - mean, -tolerance, tolerance);
            }

            Assert.Equal(alike ? updates.Count : updates.Sum(update => update.Examples), decoded.Examples);
            Assert.Equal(alike ? updates.Count : updates.Sum(update => update.Steps), decoded.Steps);
        });

    [Fact]
    public void StrategyStep_OverTheSecureSum_IsThatOverPlainUpdates()
    {
        var script = new RoundScript(4, 3, 12, 64, 21);
        var encoding = new UpdateEncoding(10, 5, 4, 3, examplesMax: 1000);
        var updates = script.Identities.Select((identity, i) => new TrainerUpdate(
            identity.Public.Trainer, [.. Enumerable.Range(0, 10).Select(at => (float)Math.Sin((at * 3) + i))], 100 + i, 7)).ToList();
        var (sum, survivors) = script.Play(
            trainer => encoding.Encode(updates.Single(update => update.Trainer == trainer), script.Random), beforeInputs: 1);
        var (weights, strategy) = (new float[10], new FedYogi(new AdaptiveOptions()));
        var secure = strategy.Aggregate(weights, strategy.Start(10), [encoding.Decode(sum, survivors.Length)], 4);
        var plain = strategy.Aggregate(weights, strategy.Start(10), [.. updates.Where(update => survivors.Contains(update.Trainer))], 4);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(plain.Weights[i], secure.Weights[i], 5);
        }
    }

    [Fact]
    public void LongUpdate_IsClipped_AndOneThatIsNotFiniteCountsAsZeros()
    {
        var encoding = new UpdateEncoding(2, 1, 3, 3);
        var decoded = encoding.Decode(Sum(encoding, [new("a", [300, 400], 9, 1), new("b", [0, 0], 9, 1), new("c", [float.NaN, 1], 9, 1)]), 3);
        Assert.Equal([0.2, 0.26667], decoded.Delta.Select(value => Math.Round(value, 5)));
    }

    [Fact]
    public void Noise_OfTheFewestReporters_HasTheDeviationThatThePlanAsksFor()
    {
        const int Weights = 20_000;
        foreach (var bits in new[] { 32, 64 })
        {
            var encoding = new UpdateEncoding(Weights, 0.5, 6, 4, noiseMultiplier: 2, ringBits: bits);
            var decoded = encoding.Decode(
                Sum(encoding, [.. Enumerable.Range(0, 4).Select(i => new TrainerUpdate($"t{i}", new float[Weights], 9, 1))]), 4);
            var deviation = 4 * Math.Sqrt(decoded.Delta.Average(value => (double)value * value));
            Assert.InRange(deviation, 1 - (4 / Math.Sqrt(2.0 * Weights)), 1 + (4 / Math.Sqrt(2.0 * Weights)));
        }
    }

    [Fact]
    public void WhatDoesNotFit_IsRefused()
    {
        var encoding = new UpdateEncoding(2, 1, 4, 3, examplesMax: 10);
        Assert.Throws<ArgumentException>(() => encoding.Encode(new("a", [1], 5, 1), Random));
        Assert.Throws<ArgumentException>(() => encoding.Encode(new("a", [1, 2], 11, 1), Random));
        Assert.Throws<ArgumentException>(() => encoding.Encode(new("a", [1, 2], 0, 1), Random));
        Assert.Throws<ArgumentException>(() => encoding.Encode(new("a", [1, 2], 5, 1, [1, 2]), Random));
        Assert.Throws<InvalidDataException>(() => encoding.Decode(new ulong[4], 3));
        Assert.Throws<InvalidDataException>(() => encoding.Decode([1, 2, ulong.MaxValue / 3, 5], 3));
        Assert.Throws<InvalidDataException>(() => encoding.Decode([1, 2, 6, 6], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new UpdateEncoding(2, 1, 4, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new UpdateEncoding(2, 1, 4, 3, examplesMax: 10, noiseMultiplier: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new UpdateEncoding(2, 1, 4, 3, examplesMax: 1L << 30, ringBits: 32));
        Assert.Throws<ArgumentOutOfRangeException>(() => new UpdateEncoding(2, 1, 255, 3, noiseMultiplier: 1e-3, ringBits: 32));
    }

    private static ulong[] Sum(UpdateEncoding encoding, IReadOnlyList<TrainerUpdate> updates)
    {
        var sum = new ulong[encoding.Length];
        foreach (var update in updates)
        {
            RingVector.Add(sum, encoding.Encode(update, Random));
        }

        return sum;
    }
}
