using CsCheck;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Tests.Features;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Training;

public sealed class ExampleSampleTests
{
    [Fact]
    public void Sample_OfAnyOrder_IsTheSame_AndNeverLarger() =>
        Gen.Select(Gen.Int[1, 60], Gen.Int[1, 40], Gen.Int).Sample((customers, countMax, seed) =>
        {
            var examples = Enumerable.Range(0, customers).SelectMany(c => new[] { Example($"c{c}", 0), Example($"c{c}", 14) }).ToArray();
            var sorted = Draw(examples, countMax);
            new Random(seed).Shuffle(examples);
            Assert.Equal(sorted, Draw(examples, countMax));
            Assert.Equal(Math.Min(countMax, examples.Length), sorted.Count);
        });

    [Fact]
    public void Sample_AskedBeforehand_RefusesOnlyWhatItWouldNotKeep()
    {
        var examples = Enumerable.Range(0, 500).Select(c => Example($"c{c}", 0)).ToArray();
        var asked = new ExampleSample(50, 1);
        foreach (var example in examples.Where(example => asked.Wants(example.CustomerId, example.Cutoff)))
        {
            asked.Add(example);
        }

        Assert.Equal(Draw(examples, 50), asked.ToList());
    }

    private static IReadOnlyList<AsOfExample> Draw(IEnumerable<AsOfExample> examples, int countMax)
    {
        var sample = new ExampleSample(countMax, 1);
        foreach (var example in examples)
        {
            sample.Add(example);
        }

        return sample.ToList();
    }

    private static AsOfExample Example(string customer, int day) => new(customer, Histories.Start.AddDays(day), NoInput, false, false, 0, 0m);

    private static readonly CustomerInput NoInput = new() { AsOf = Histories.Start, Aggregates = [], Attributes = [], Tokens = default };
}
