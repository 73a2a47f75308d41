using System.Collections.Immutable;
using CsCheck;
using OrleansSeg.Model.Tuning;
using OrleansSeg.Model.Tuning.Pruning;
using OrleansSeg.Model.Tuning.Samplers;
using OrleansSeg.Model.Tuning.Studies;

namespace OrleansSeg.Model.Tests.Tuning;

public sealed class StudyTests : IDisposable
{
    private static readonly SearchSpace Space = new(SearchParameter.Number("x", 0, 1, 0.9), SearchParameter.Choice("kind", "a", "b"));
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"orleansseg-study-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public async Task BrokenOffStudy_GoesOnAsIfItHadNotBeen()
    {
        var whole = await StudyOf(new MemoryJournal()).RunAsync(14, 1, Objective, null, default);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => StudyOf(new TrialFolder(_folder, Space)).RunAsync(
            14,
            1,
            async trial =>
            {
                if (trial.Record.Number == 9)
                {
                    await stop.CancelAsync();
                    trial.Token.ThrowIfCancellationRequested();
                }

                return await Objective(trial);
            },
            null,
            stop.Token));
        Assert.Equal(TrialState.Running, new TrialFolder(_folder, Space).Read()[^1].State);

        var ran = new List<int>();
        var again = await StudyOf(new TrialFolder(_folder, Space)).RunAsync(14, 1, Objective, trial => ran.Add(trial.Number), default);
        Assert.Equal(Enumerable.Range(9, 5), ran);
        Assert.Equal(whole.Select(Told), again.Select(Told));
        Assert.Equal(Study.Best(whole)!.Number, Study.Best(again)!.Number);
    }

    [Fact]
    public async Task TornFiles_NeverBreakAStudy()
    {
        var journal = new TrialFolder(_folder, Space);
        var whole = await StudyOf(journal).RunAsync(8, 1, Objective, null, default);
        var files = Directory.GetFiles(_folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        Gen.Select(Gen.Int[0, 7], Gen.Int[0, 600], Gen.Byte.Array[0, 20]).Sample((which, at, noise) =>
        {
            var bytes = File.ReadAllBytes(files[which]);
            File.WriteAllBytes(files[which], [.. bytes.Take(at), .. noise]);
            var ran = new List<int>();
            var again = StudyOf(journal).RunAsync(8, 1, Objective, trial => ran.Add(trial.Number), default).GetAwaiter().GetResult();
            Assert.Equal(Enumerable.Range(0, 8), again.Select(trial => trial.Number));
            Assert.Equal(whole.Select(Told), again.Select(Told));
            Assert.True(ran.Count <= 1);
            File.WriteAllBytes(files[which], bytes);
        }, iter: 80, threads: 1);
    }

    [Theory]
    [InlineData("median", 4)]
    [InlineData("halving", 1)]
    public async Task HopelessTrials_AreGivenUp_AndGoodOnesAreNot(string pruner, int spared)
    {
        // Trial i is worth i % 4 at every step: those worth 0 are never given up.
        var study = new Study(Space, new RandomSampler(Space, 1), pruner == "median" ? new MedianPruner() : new HalvingPruner(), new MemoryJournal());
        var trials = await study.RunAsync(
            20,
            1,
            trial =>
            {
                var worth = trial.Record.Number % 4;
                for (var step = 1; step <= 8; step++)
                {
                    trial.Report("model", step, worth);
                    trial.Token.ThrowIfCancellationRequested();
                }

                return Task.FromResult((double)worth);
            },
            null,
            default);
        Assert.All(trials.Where(trial => trial.Number % 4 == 0 || trial.Number < spared), trial => Assert.Equal(TrialState.Done, trial.State));
        Assert.All(trials.Where(trial => trial.Number % 4 == 3 && trial.Number >= spared), trial => Assert.Equal((TrialState.Pruned, true), (trial.State, trial.Losses.Length < 8)));
    }

    [Fact]
    public async Task TrialsSideBySide_AreEachRunOnce_AndAFailureIsNotTriedAgain()
    {
        var (gate, together, most) = (new Lock(), 0, 0);
        var trials = await StudyOf(new TrialFolder(_folder, Space)).RunAsync(
            12,
            3,
            async trial =>
            {
                lock (gate)
                {
                    most = Math.Max(most, ++together);
                }

                await Task.Yield();
                lock (gate)
                {
                    together--;
                }

                return trial.Record.Number == 5 ? throw new TrialFailedException("No luck.") : await Objective(trial);
            },
            null,
            default);
        Assert.Equal(Enumerable.Range(0, 12), trials.Select(trial => trial.Number));
        Assert.Equal((TrialState.Failed, "No luck."), (trials[5].State, trials[5].Failure));
        Assert.InRange(most, 1, 3);
        Assert.Empty(await RanAgainAsync());
    }

    [Fact]
    public void NetworkSettings_ComeBackFromTheirDescription_AndWrongOnesAreNamed() =>
        Gen.Double[0, 1].Array[NetworkSettings.Space.Parameters.Length].Sample(places =>
        {
            ImmutableArray<double> point = [.. NetworkSettings.Space.Parameters.Zip(places, (parameter, place) => parameter.ValueAt(place))];
            var settings = NetworkSettings.At(point);
            Assert.Equal(settings.Describe(), NetworkSettings.Of(settings.Describe()).Describe());
            Assert.All(NetworkSettings.Describe(NetworkSettings.Space, point), value => Assert.Equal(value.Value, settings.Describe()[value.Key]));
            Assert.Contains("rates", Assert.Throws<ArgumentException>(() => NetworkSettings.Of([new("rates", "1")])).Message, StringComparison.Ordinal);
            Assert.Contains("'x'", Assert.Throws<ArgumentException>(() => NetworkSettings.Of([new("encoders", "gru+x")])).Message, StringComparison.Ordinal);
            Assert.Contains("batch is", Assert.Throws<ArgumentException>(() => NetworkSettings.Of([new("batch", "0")])).Message, StringComparison.Ordinal);
        }, iter: 50);

    private async Task<List<int>> RanAgainAsync()
    {
        var ran = new List<int>();
        await StudyOf(new TrialFolder(_folder, Space)).RunAsync(12, 3, Objective, trial => ran.Add(trial.Number), default);
        return ran;
    }

    private static Study StudyOf(ITrialJournal journal) => new(Space, new TpeSampler(Space, 3, drawnFirst: 4), new NoPruner(), journal);

    private static Task<double> Objective(Trial trial) => Task.FromResult(Math.Pow(trial.Record.Point[0] - 0.3, 2) + trial.Record.Point[1]);

    private static string Told(TrialRecord trial) => $"{trial.Number} {trial.State} {string.Join(' ', trial.Point)} {trial.Loss}";
}
