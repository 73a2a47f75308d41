using System.Collections.Immutable;
using CsCheck;
using OrleansSeg.Model.Tuning;
using OrleansSeg.Model.Tuning.Samplers;

namespace OrleansSeg.Model.Tests.Tuning;

public sealed class SamplerTests
{
    private static readonly SearchSpace Space = new(
        SearchParameter.Number("rate", 1e-4, 1e-1, 1e-2, logarithmic: true),
        SearchParameter.Whole("hidden", 8, 256, 64, logarithmic: true),
        SearchParameter.Whole("epochs", 1, 6, 3),
        SearchParameter.Choice("encoder", "gru", "transformer", "none"),
        SearchParameter.Number("dropout", 0, 0.5, 0.2));

    private static readonly Gen<(string Name, int Seed, int Trials)> Searches = Gen.Select(Gen.OneOf(Gen.Const("grid"), Gen.Const("random"), Gen.Const("tpe")), Gen.Int[0, 1_000], Gen.Int[1, 30]);

    [Fact]
    public void Proposals_AreInTheSpace_AndTheFirstOneIsTheUsualPoint() => Searches.Sample(search =>
    {
        var trials = Run(Sampler(Space, search), search.Trials, point => point.Sum());
        Assert.Equal(Space.Usual.AsSpan(), trials[0].Point.AsSpan());
        Assert.All(trials, trial => Assert.All(trial.Point.Zip(Space.Parameters), pair => Assert.True(
            pair.First >= pair.Second.Low && pair.First <= pair.Second.High && (!pair.Second.IsWhole || pair.First == Math.Floor(pair.First)),
            $"{search}: {pair.Second.Name} = {pair.First}")));
    });

    [Fact]
    public void Proposals_HangOnNumberEarlierTrialsAndSeed_Alone() => Searches.Sample(search =>
    {
        var whole = Run(Sampler(Space, search), search.Trials, point => point.Sum());
        var broken = search.Trials / 2;
        var again = Sampler(Space, search);
        Assert.All(Enumerable.Range(broken, search.Trials - broken), number =>
            Assert.Equal(whole[number].Point.AsSpan(), again.Propose(number, whole[..number]).AsSpan()));
    });

    [Fact]
    public void Grid_TriesEveryCellOnce_AndMoreOfThemForMoreTrials() => Gen.Select(Gen.Int[2, 60], Gen.Int[0, 99]).Sample((trials, seed) =>
    {
        var sampler = new GridSampler(Space, trials, seed);
        var cells = sampler.ValueCounts.Aggregate((x, y) => x * y);
        var points = Enumerable.Range(1, cells).Select(number => string.Join(' ', sampler.Propose(number, []))).ToList();
        Assert.Equal(cells, points.Distinct().Count());
        Assert.InRange(cells, trials / 2, trials - 1);
    });

    [Fact]
    public void PlacesAndValues_AreEachOthersWayBack() => Gen.Select(Gen.Int[0, 4], Gen.Double[0, 1]).Sample((index, place) =>
    {
        var parameter = Space.Parameters[index];
        var value = parameter.ValueAt(place);
        Assert.Equal(value, parameter.ValueAt(parameter.PlaceOf(value)), 9);
    });

    [Fact]
    public void RunningTrials_AreNotProposedAgain()
    {
        var space = new SearchSpace(SearchParameter.Whole("x", 1, 10, 5));
        var trials = new List<SampledTrial>();
        var sampler = new TpeSampler(space, seed: 3);
        for (var number = 0; number < 10; number++)
        {
            trials.Add(new SampledTrial(sampler.Propose(number, trials), Loss: number < 6 ? Math.Abs(trials.Count - 4) : null));
        }

        Assert.Equal(10, trials.Select(trial => trial.Point[0]).Distinct().Count());
    }

    [Fact]
    public void Tpe_AtEqualBudget_IsNearerToAKnownOptimumThanRandomAndGrid()
    {
        double Mean(string name) => Enumerable.Range(1, 12).Average(seed => Run(Sampler(Space, (name, seed, 40)), 40, KnownLoss).Min(trial => trial.Loss!.Value));
        var (tpe, random, grid) = (Mean("tpe"), Mean("random"), Mean("grid"));
        Assert.True(tpe < 0.75 * random && tpe < 0.75 * grid, $"tpe {tpe}, random {random}, grid {grid}");
    }

    // Smallest, 0, at a rate of 2e-3, 100 hidden units, 4 epochs, a transformer and a dropout of .1.
    private static double KnownLoss(ImmutableArray<double> point) =>
        Math.Pow(Math.Log10(point[0] / 2e-3), 2) + Math.Pow(Math.Log2(point[1] / 100) / 3, 2) + Math.Pow((point[2] - 4) / 4, 2)
        + (point[3] == 1 ? 0 : 0.3) + Math.Pow((point[4] - 0.1) / 0.3, 2);

    private static ISampler Sampler(SearchSpace space, (string Name, int Seed, int Trials) search) => search.Name switch
    {
        "grid" => new GridSampler(space, search.Trials, search.Seed),
        "random" => new RandomSampler(space, search.Seed),
        _ => new TpeSampler(space, search.Seed),
    };

    private static List<SampledTrial> Run(ISampler sampler, int trials, Func<ImmutableArray<double>, double> loss)
    {
        var earlier = new List<SampledTrial>();
        for (var number = 0; number < trials; number++)
        {
            var point = sampler.Propose(number, earlier);
            earlier.Add(new SampledTrial(point, loss(point)));
        }

        return earlier;
    }
}
