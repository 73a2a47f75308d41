using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace OrleansSeg.Cli.Tests.Experiments;

public sealed partial class TuneTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Tuned_TrainsWithTheBest_GoesOnUnderItsName_AndShowsTheVersions()
    {
        await _shell.JsonAsync("import", _shell.Write("shop.csv", RegularShop.Events(customers: 260)), "--layout", "events");
        string[] line = ["train", "--horizon", "45", "--tune", "3", "--sampler", "random", "--study", "small", "--prune", "none", "--tune-examples", "500", "--as-of", "2025-12-02"];
        var tuned = await _shell.JsonAsync(line);
        var trials = tuned["tuning"]!["trials"]!.AsArray();
        Assert.Equal([0, 1, 2], trials.Select(trial => (int)trial!["number"]!));
        Assert.Equal(trials.Where(trial => (string?)trial!["state"] == "done").Min(trial => (double)trial!["loss"]!), (double)tuned["tuning"]!["best"]!["loss"]!);
        Assert.Equal((string?)tuned["tuning"]!["best"]!["settings"]!["rate"], (string?)tuned["card"]!["settings"]!["rate"]);

        // One trial's file is gone, as after a kill: it alone is run again, and comes to the same.
        File.WriteAllText(Path.Combine(_shell.DataDirectory, "experiments", "small", "trials", "0001", "trial.json"), "{\"number\": 1, \"sta");
        var again = await _shell.RunAsync(["--json", .. line]);
        Assert.Equal(trials.Select(Told), again.Json(ExitCode.Done)["tuning"]!["trials"]!.AsArray().Select(Told));
        Assert.Single(TrialLine().Matches(again.Error));
        (await _shell.RunAsync([.. line, "--seed", "2"])).Fails(ExitCode.Usage, "'small' is another one: its seed is 1, not 2");

        var records = (await _shell.JsonAsync("experiments")).AsArray();
        Assert.Equal(["train", "train", "tune"], records.Select(record => (string)record!["verb"]!).Order());
        var versions = records.Where(record => (string?)record!["verb"] == "train").OrderBy(record => (string)record!["startedAt"]!).Select(record => (int)record!["version"]!).ToList();
        Assert.Equal([(int)tuned["version"]!, (int)again.Json(ExitCode.Done)["version"]!], versions);
        Assert.Equal(tuned["card"]!["settings"]!.ToJsonString(), again.Json(ExitCode.Done)["card"]!["settings"]!.ToJsonString());

        var trained = await _shell.JsonAsync("train", "--horizon", "45", "--set", "epochs=1", "rate=0.001", "encoders=none+grualone", "--no-promote", "--refit", "--as-of", "2025-12-02");
        var other = trained["version"]!.ToString();
        Assert.Equal(1, trained["card"]!["members"]!.AsArray().Sum(member => (double)member!["share"]!), 1e-3);
        Assert.Equal(["none", "grualone"], trained["card"]!["members"]!.AsArray().Select(member => (string?)member!["encoder"]));
        Assert.True((int)trained["card"]!["refittedExamples"]! > (int)trained["card"]!["trainingExamples"]!);

        var page = Path.Combine(_shell.Folder, "card.html");
        Assert.NotEmpty((await _shell.JsonAsync("models", "card", other, "--report", page))["validation"]!["confusion"]!.AsArray());
        var html = await File.ReadAllTextAsync(page);
        Assert.All(["Learning curves", "validation log loss", "Confusion matrix", "Cumulative gain: spend", "then fitted again on", ", grualone ", "</html>"], words => Assert.Contains(words, html, StringComparison.Ordinal));
        Assert.Empty(Loading().Matches(html));
        var compared = await _shell.JsonAsync("models", "compare", "1", other);
        Assert.Equal((true, "1"), ((bool)compared["sameData"]!, (string?)compared["differences"]!["epochs"]!["second"]));
        Assert.NotEqual(0, (double)compared["paired"]!["logLossDifference"]!["mean"]!);
        (await _shell.RunAsync("models", "card", "9")).Fails(ExitCode.Failed, "no model version 9");
    }

    [Theory]
    [InlineData("--set hidden=0", "hidden is 1 to 4096, not '0'")]
    [InlineData("--set hiden=3", "There is no setting 'hiden'")]
    [InlineData("--tune 1", "--tune must be 2 to 1000, not 1")]
    [InlineData("--study mine", "--study says how to tune: give --tune N too")]
    [InlineData("--tune 3 --set hidden=8", "leave --set out")]
    public async Task WrongSettings_ExitTwo_AndAreNamed(string options, string words) =>
        (await _shell.RunAsync(["train", .. options.Split(' ')])).Fails(ExitCode.Usage, words);

    private static string Told(JsonNode? trial) => $"{trial!["number"]} {trial["state"]} {trial["loss"]} {trial["settings"]}";

    [GeneratedRegex("^trial \\d+ done", RegexOptions.Multiline)]
    private static partial Regex TrialLine();

    [GeneratedRegex("(?:src|href)\\s*=|url\\(|@import|<link|<iframe|https?://", RegexOptions.IgnoreCase)]
    private static partial Regex Loading();
}
