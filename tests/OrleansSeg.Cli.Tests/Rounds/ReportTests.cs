using System.Collections.Immutable;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CsCheck;
using OrleansSeg.Cli.Html;
using OrleansSeg.Cli.Output;
using OrleansSeg.Cli.Rounds;
using OrleansSeg.Cli.Rounds.Report;
using OrleansSeg.Federation;

namespace OrleansSeg.Cli.Tests.Rounds;

public sealed partial class ReportTests : IDisposable
{
    private const string Hostile = "<script>alert(\"1\")</script>'&\"><img src=x>";
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Report_IsWrittenWhole_AndLoadsNothing()
    {
        var (output, file) = (new StringWriter(), new FileInfo(Path.Combine(_shell.Folder, "run.html")));
        var runs = new RunCommands(new FakeCoordinator(() => Runs.Ended), "shops", new VerbOutput(json: true, output, new StringWriter()), hostsSilo: false, TimeProvider.System);
        Assert.Equal(ExitCode.Done, await runs.ReportAsync(null, file, default));
        Assert.Equal([file.FullName], Directory.GetFiles(_shell.Folder));
        var page = await File.ReadAllTextAsync(file.FullName);
        Assert.All(
            ["Federated run 7 of shops", "Better than the model in service.", "fedavg", "3 of 4", "south:0: Too few customers.", "title=\"south:0 of round 2\">1<", "5.9 KiB", "logLoss", "trainLoss", ">4<"],
            words => Assert.Contains(words, page, StringComparison.Ordinal));
        Assert.Empty(Loading().Matches(page));
        Assert.EndsWith("</html>\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_OfANoisedRun_ListsWhatWasToldWithoutNoise()
    {
        var page = RunReport.Write("shops", Runs.Noised, Runs.Start);
        Assert.All(["epsilon 2.5 of at most 3", "training losses", "by trainer: mean loss", ">1 to 2<", "data span"], words => Assert.Contains(words, page, StringComparison.Ordinal));
        Assert.Contains("nothing bounds what the model tells of a customer", RunReport.Write("shops", Runs.Ended, Runs.Start), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ThatForgets_SaysWhatItWentOnFrom_AndWhyItBeganAnew()
    {
        string[] expected =
        [
            "Training went on from north version 2, south version 1, because version 3 of north, in service, may have learned from 2 customers erased since.",
            "It began anew at 2026-03-01 12:01:00Z, in training round 2. Erased since the run had begun to read them: 1 customer of south.",
        ];
        Assert.Equal(expected, RunWords.Beginnings(Runs.Forgetting));
        var page = RunReport.Write("shops", Runs.Forgetting, Runs.Start);
        Assert.All(expected.Append("training restarts from what cannot know them"), words => Assert.Contains(words, page, StringComparison.Ordinal));
        Assert.Equal(
            ["Run 7 begins anew: Erased since the run had begun to read them: 1 customer of south."],
            RunLines.Between(Runs.Forgetting with { Restarts = [] }, Runs.Forgetting).Where(line => line.Contains("anew", StringComparison.Ordinal)));
        Assert.Equal(["Training began with new weights."], RunWords.Beginnings(Runs.Ended with { Origin = new(ImmutableSortedDictionary<string, int>.Empty, null) }));
        Assert.Empty(RunWords.Beginnings(Runs.UnderWay));
    }

    [Fact]
    public void HostileText_IsNeverMarkup()
    {
        var page = RunReport.Write(Hostile, Poisoned(), Runs.Start);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", page, StringComparison.OrdinalIgnoreCase);

        // The words are all there, as words: the same tags as in a harmless page, whatever the text.
        Assert.Equal(Tags(RunReport.Write("x", Poisoned("x"), Runs.Start)), Tags(page));
        Assert.Contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Charts_AreSound_WhateverWasMeasured() => Gen.Double.Select(Gen.Int[1, 40]).Array[1, 20].Sample(measured =>
    {
        var points = measured.Select((one, place) => (place + one.Item2, one.Item1)).DistinctBy(point => point.Item1).ToList();
        var html = new HtmlWriter();
        LineChart.Write(html, "loss", points, points.Max(point => point.Item1));
        var svg = Svg().Match(html.ToString());
        Assert.True(svg.Success || points.TrueForAll(point => !(Math.Abs(point.Item2) < 1e100)), html.ToString());
        if (svg.Success)
        {
            var chart = XElement.Parse(svg.Value);
            var places = chart.Descendants("circle").SelectMany(circle => new[] { (double)circle.Attribute("cx")!, (double)circle.Attribute("cy")! });
            Assert.All(places, place => Assert.InRange(place, 0, 380));
            Assert.Equal(points.Count(point => Math.Abs(point.Item2) < 1e100), chart.Descendants("circle").Count());
        }
    });

    [Fact]
    public void Chart_OverAGap_HasNoLine()
    {
        var html = new HtmlWriter();
        LineChart.Write(html, "loss", [(1, 1), (2, 2), (4, 1), (6, 2), (7, 3), (8, double.NaN)], 8);
        var chart = XElement.Parse(Svg().Match(html.ToString()).Value);
        Assert.Equal([2, 2], chart.Elements("polyline").Select(line => line.Attribute("points")!.Value.Split(' ').Length));
        Assert.Equal(5, chart.Elements("circle").Count());
        Assert.Contains("round", chart.Elements("text").Select(text => text.Value));
        Assert.Contains("loss", chart.Elements("text").Select(text => text.Value));
    }

    [Fact]
    public void Scale_HoldsEveryValue_BetweenFewRoundTicks() => Gen.Double[-1e9, 1e9].Array[1, 30].Sample(values =>
    {
        var scale = ChartScale.Of(values);
        Assert.All(values, value => Assert.InRange(scale.Place(value), -1e-6, 1 + 1e-6));
        Assert.InRange(scale.Ticks.Count, 2, 8);
        Assert.Equal(scale.Ticks.Order(), scale.Ticks);
        Assert.Equal((scale.Min, scale.Max), (scale.Ticks[0], scale.Ticks[^1]));
    });

    [Theory]
    [InlineData(new[] { 0.0 }, "-1 -0.5 0 0.5 1")]
    [InlineData(new[] { 0.62, 0.98 }, "0.6 0.7 0.8 0.9 1")]
    [InlineData(new[] { 5.0, 5.0 }, "4.5 4.75 5 5.25 5.5")]
    [InlineData(new[] { -30.0, 1000.0 }, "-500 0 500 1,000")]
    public void Scale_EndsOnRoundNumbers(double[] values, string ticks) =>
        Assert.Equal(ticks, string.Join(' ', ChartScale.Of(values).Ticks.Select(RunWords.Number)));

    private static RunStatus Poisoned(string text = Hostile) => Runs.Ended with
    {
        Plan = Runs.Plan with { Sites = [text], Strategy = text, Compression = text, StrategySettings = ImmutableSortedDictionary<string, double>.Empty.Add(text, 1) },
        Outcome = text,
        Rounds = [Runs.Round(1, $"{text}:0", text) with { Model = text, Metrics = ImmutableSortedDictionary<string, double>.Empty.Add(text, 1) }],
        Trainers = [new TrainerStepStatus(text, TrainerStepState.Failed, text)],
        Versions = ImmutableSortedDictionary<string, int>.Empty.Add(text, 1),
        Releases = [new PrivacyRelease(text, text, text, 1)],
    };

    private static List<string> Tags(string page) => [.. Tag().Matches(page).Select(match => match.Value)];

    [GeneratedRegex("<svg.*?</svg>", RegexOptions.Singleline)]
    private static partial Regex Svg();

    [GeneratedRegex("</?[a-zA-Z!][a-zA-Z0-9]*")]
    private static partial Regex Tag();

    /// <summary>What makes a browser ask for another file.</summary>
    [GeneratedRegex("(?:src|href)\\s*=|url\\(|@import|<link|<iframe|https?://", RegexOptions.IgnoreCase)]
    private static partial Regex Loading();
}
