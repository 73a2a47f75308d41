using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using OrleansSeg.Cli.Experiments;
using OrleansSeg.Federation;

namespace OrleansSeg.Cli.Tests.Experiments;

public sealed class ExperimentFoldersTests : IDisposable
{
    private readonly Shell _shell = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Run_ThatEnds_IsListedWithWhatCameOfIt_AndItsCurves()
    {
        var folders = new ExperimentFolders(_shell.DataDirectory);
        await EndAsync(folders, "evaluate", () => Task.FromResult("""{"data":{"fingerprint":"00ff"},"model":{"logLoss":0.5}}"""));
        var record = Assert.Single(folders.List());
        Assert.Equal(("evaluate", ExperimentOutcome.Done, "00ff", 0.5, 7), (record.Verb, record.Outcome, record.Fingerprint, record.LogLoss, record.Seed));
        Assert.Equal([new CurvePoint("model", 1, 1.5, 0.9), new CurvePoint("model", 2, null, 0.8)], folders.CurvesOf(record.Id));
        Assert.Equal(90, (int)record.Configuration["horizonDays"]!);
        Assert.Equal("00ff", (string?)folders.ReportOf(record.Id)!["data"]!["fingerprint"]);
        Assert.Single(Directory.GetFiles(Path.Combine(folders.Folder, record.Id), "events.out.tfevents.*"));
    }

    [Fact]
    public async Task Run_ThatFailsOrIsKilled_IsListedAsSuch()
    {
        var folders = new ExperimentFolders(_shell.DataDirectory);
        await Assert.ThrowsAsync<InvalidOperationException>(() => EndAsync(folders, "train", () => throw new InvalidOperationException("No disk.")));
        _time.Advance(TimeSpan.FromSeconds(1));
        folders.Begin("train", "default", 1, new Dictionary<string, JsonNode?>(), _time).Dispose();
        Assert.Equal([ExperimentOutcome.Failed, null], folders.List().Select(record => record.Outcome));
        Assert.Equal("No disk.", folders.List()[0].Failure);
    }

    [Fact]
    public async Task Folders_AreBounded_AndTheOldestGo()
    {
        var folders = new ExperimentFolders(_shell.DataDirectory);
        for (var i = 0; i < ExperimentFolders.KeptMax + 3; i++, _time.Advance(TimeSpan.FromSeconds(1)))
        {
            folders.Begin("train", "default", i, new Dictionary<string, JsonNode?>(), _time).Dispose();
        }

        Assert.Equal(ExperimentFolders.KeptMax, folders.List().Count);
        Assert.Equal(3, folders.List()[0].Seed);
        Assert.Empty((await _shell.RunAsync("experiments", "show", "none")).Output);
    }

    [Fact]
    public async Task TornFiles_HideTheirRunAtMost()
    {
        var folders = new ExperimentFolders(_shell.DataDirectory);
        await EndAsync(folders, "train", () => Task.FromResult("{}"));
        var id = folders.List()[0].Id;
        var whole = Directory.GetFiles(Path.Combine(folders.Folder, id), "*.json").ToDictionary(file => file, File.ReadAllBytes);
        Gen.Select(Gen.Int[0, whole.Count - 1], Gen.Int[0, 400], Gen.Byte).Sample((which, at, value) =>
        {
            var (file, bytes) = whole.ElementAt(which);
            File.WriteAllBytes(file, [.. bytes.Take(at), value]);
            Assert.InRange(folders.List().Count, 0, 1);
            Assert.InRange(folders.CurvesOf(id).Count, 0, 2);
            _ = folders.ReportOf(id);
            File.WriteAllBytes(file, bytes);
        }, iter: 100, threads: 1);
    }

    private Task<string> EndAsync(ExperimentFolders folders, string verb, Func<Task<string>> work)
    {
        var run = folders.Begin(verb, "default", 7, new Dictionary<string, JsonNode?> { ["horizonDays"] = 90 }, _time);
        run.Add(new TrainingLine("read", 100, 0, double.NaN, double.NaN));
        run.Add(new TrainingLine("model", 1, 2, 1.5, 0.9));
        run.Add(new TrainingLine("model", 2, 2, double.NaN, 0.8));
        return run.RunAsync(
            () =>
            {
                run.Dispose();
                return work();
            },
            json => (JsonNode.Parse(json), null));
    }
}
