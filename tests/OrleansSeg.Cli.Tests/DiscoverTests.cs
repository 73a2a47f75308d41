using System.Text.Json.Nodes;

namespace OrleansSeg.Cli.Tests;

public sealed class DiscoverTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task DiscoveredSegments_AreTrained_Described_AndServed()
    {
        await _shell.JsonAsync("import", _shell.Write("shop.csv", RegularShop.Events(customers: 235)), "--layout", "events");
        var trained = await _shell.JsonAsync("train", "--scheme", "discover:3-4", "--horizon", "45", "--set", "epochs=1", "hidden=16", "--as-of", "2025-12-02");
        var found = trained["card"]!["discovery"]!["segments"]!.AsArray();
        var names = Names(found.Select(segment => segment!["name"]));
        Assert.InRange(names.Distinct().Count(), 3, 4);
        Assert.Equal(1, found.Sum(segment => (double)segment!["share"]!), 2);

        var model = Assert.Single((await _shell.JsonAsync("models")).AsArray())!;
        Assert.Equal(("discover:3-4", true), ((string?)model["scheme"], (bool)model["inService"]!));
        Assert.Equal(names.Order(), Names(model["labels"]!.AsArray()).Order());

        var answers = (await _shell.JsonAsync(["lookup", .. Enumerable.Range(0, 40).Select(number => $"{number}")])).AsArray()
            .Where(answer => (string?)answer!["segment"] != "unknown").ToList();
        Assert.Equal([1], answers.Select(answer => (int)answer!["modelVersion"]!).Distinct());
        Assert.All(answers, answer => Assert.Equal(names.Order(), answer!["probabilities"]!.AsObject().Select(segment => segment.Key).Order()));
        Assert.True(Names(answers.Select(answer => answer!["segment"])).Distinct().Count() > 1);
    }

    private static List<string> Names(IEnumerable<JsonNode?> nodes) => [.. nodes.Select(node => (string)node!)];
}
