using System.Text.Json.Nodes;
using OrleansSeg.Data.Simulation;

namespace OrleansSeg.EndToEnd.Tests;

/// <summary>What a newcomer does with a file, command by command, through the real program.</summary>
public sealed class NewcomerTests : IDisposable
{
    private const int Customers = 300;
    private readonly WorkFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task FileOfAShop_ImportedAndTrained_GivesSegmentsWithReasons()
    {
        var (file, events) = await WriteShopAsync();
        var imported = await RunAsync("import", file, "--layout", "events");
        Assert.Equal((events, events), ((long)imported["rowsRead"]!, (long)imported["added"]!));

        var trained = await RunAsync("train", "--horizon", "60");
        var customers = (long)imported["customers"]!;
        Assert.Equal((1, true, customers), ((int)trained["version"]!, (bool)trained["inService"]!, (long)trained["customersScored"]!));

        var models = await RunAsync("models");
        Assert.True((bool)Assert.Single(models.AsArray())!["inService"]!);

        var ids = Enumerable.Range(0, 20).Select(ShopSimulator.CustomerId).ToArray();
        var answers = (await RunAsync(["lookup", .. ids])).AsArray();
        Assert.Equal(ids, answers.Select(answer => (string)answer!["customer"]!));
        var known = answers.Where(answer => (string)answer!["segment"]! != "unknown").ToList();
        Assert.NotEmpty(known);
        Assert.All(known, answer => AssertScored(answer!));

        var chosen = (string)known[0]!["customer"]!;
        var explained = await RunAsync("explain", chosen);
        Assert.Equal((string)known[0]!["segment"]!, (string)explained["segment"]!);
        Assert.NotEmpty(explained["factors"]!.AsArray());
        Assert.Contains(explained["factors"]!.AsArray(), factor => Math.Abs((float)factor!["contribution"]!) > 0);

        AssertChanges(explained);
        var importance = await RunAsync("explain", "--segment", (string)explained["segment"]!, "--sample", "10");
        Assert.InRange((int)importance["explained"]!, 1, 10);
        var weights = importance["factors"]!.AsArray().Select(factor => (double)factor!["importance"]!).ToList();
        Assert.True(weights.Count > 5 && weights[0] > 0);
        Assert.Equal(weights.OrderDescending(), weights);

        var verified = await RunAsync("verify");
        Assert.Equal((customers, events, 0), ((long)verified["customers"]!, (long)verified["events"]!, (long)verified["mismatches"]!));

        AssertReport(await RunAsync("evaluate", "--cutoff", "2025-12-20", "--horizon", "60", "--set", "epochs=2"));
        string[] suite = ["evaluate", "--suite", "--last", "2025-12-20", "--horizon", "60", "--cutoffs", "2", "--seeds", "1", "--contenders", "network:none,epochs=1", "majority", "logistic"];
        AssertSuite(await RunAsync(suite), looks: 1);
        var again = await RunAsync([.. suite, "--refit"]);
        AssertSuite(again, looks: 2);
        Assert.True((bool)again["comparison"]!["refitted"]!);
        await TamperedBundleIsRefusedAsync(chosen, (string)known[0]!["segment"]!);
    }

    private static void AssertSuite(JsonNode suite, int looks)
    {
        var contenders = suite["comparison"]!["contenders"]!.AsArray();
        Assert.Equal(["majority", "logistic", "network:none,epochs=1"], contenders.Select(contender => (string)contender!["name"]!));
        Assert.Equal("logistic", (string)suite["bestBaseline"]!);
        Assert.Equal(["network:none,epochs=1"], suite["verdicts"]!.AsObject().Select(verdict => verdict.Key));
        Assert.Equal([looks, looks], suite["looks"]!.AsArray().Select(look => (int)look!["times"]!));
        var difference = contenders[1]!["against"]!["majority"]!["differences"]!["logLoss"]!;
        Assert.True((double)difference["low"]! <= (double)difference["mean"]! && (double)difference["high"]! < 0, difference.ToJsonString());
    }

    private static void AssertChanges(JsonNode explained)
    {
        var changes = explained["counterfactuals"]!.AsArray();
        Assert.NotEmpty(changes);
        Assert.All(changes, change =>
        {
            Assert.NotEqual((string)explained["segment"]!, (string)change!["segment"]!);
            Assert.InRange((float)change["probability"]!, 0.01f, 1f);
            Assert.NotEmpty((string)change["change"]!);
        });
    }

    [Fact]
    public async Task TextEncoderOfTheShopsOwn_IsReadByTheModel_WhateverBecomesOfItsFolder()
    {
        var (file, _) = await WriteShopAsync();
        await RunAsync("import", file, "--layout", "events");
        var encoder = Path.Combine(_folder.FullPath, "encoder");
        var pretrained = await RunAsync("text", "pretrain", "--out", encoder, "--hidden", "16", "--layers", "1", "--epochs", "2");
        Assert.True((int)pretrained["vocabulary"]! > 50);
        await using (var refused = OrleansSegProcess.Start("train", "--text-encoder", _folder.FullPath, "--data-dir", _folder.DataDirectory))
        {
            await refused.ExitsAsync(2, Patience.Longest);
            Assert.Contains("has no tokenizer", refused.Errors, StringComparison.Ordinal);
        }

        var trained = await RunAsync("train", "--horizon", "60", "--text-encoder", encoder, "--set", "epochs=2");
        Assert.Matches("^[0-9a-f]{64}$", (string?)trained["card"]!["textEncoder"]);
        Directory.Delete(encoder, recursive: true);
        var ids = Enumerable.Range(0, 20).Select(ShopSimulator.CustomerId).ToArray();
        var known = (await RunAsync(["lookup", .. ids])).AsArray().Where(answer => (string)answer!["segment"]! != "unknown").ToList();
        Assert.All(known, answer => AssertScored(answer!));
        Assert.NotEmpty((await RunAsync("explain", (string)known[0]!["customer"]!))["factors"]!.AsArray());
    }

    /// <summary>One byte of the weights is changed: whoever needs the model hears so, look-ups go on with what was assigned.</summary>
    private async Task TamperedBundleIsRefusedAsync(string customer, string segment)
    {
        var weights = Directory.GetFiles(_folder.DataDirectory, "model.safetensors", SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(weights);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(weights, bytes);
        await using var explain = OrleansSegProcess.Start("explain", customer, "--data-dir", _folder.DataDirectory);
        await explain.ExitsAsync(1, Patience.Longest);
        Assert.Contains("model.safetensors", explain.Errors, StringComparison.Ordinal);
        var answer = (await RunAsync("lookup", customer))[0]!;
        Assert.Equal((segment, 1), ((string)answer["segment"]!, (int)answer["modelVersion"]!));
    }

    private static void AssertReport(JsonNode report)
    {
        string[] measures = ["accuracy", "macroF1", "macroAuroc", "logLoss", "churnAuroc", "ece"];
        Assert.Equal(60, (double)report["horizonDays"]!);
        Assert.True((int)report["testCustomers"]! > 100);
        var labels = report["labels"]!.AsArray().Select(label => (string)label!).ToArray();
        var baselines = report["baselines"]!.AsObject();
        Assert.Equal(["gru", "lightgbm", "logistic", "majority", "rfm"], baselines.Select(baseline => baseline.Key).Order());
        foreach (var candidate in baselines.Select(baseline => baseline.Value!).Append(report["model"]!))
        {
            foreach (var measure in measures)
            {
                var (value, interval) = ((double)candidate[measure]!, candidate["ci"]![measure]!);
                Assert.InRange(value, 0, 10);
                Assert.True((double)interval[0]! <= (double)interval[1]!);
            }

            Assert.Equal(labels.Order(), candidate["perClass"]!.AsObject().Select(label => label.Key).Order());
            var confusion = candidate["confusion"]!.AsArray().Select(row => row!.AsArray().Sum(cell => (int)cell!)).ToArray();
            Assert.Equal((labels.Length, (int)report["testCustomers"]!), (confusion.Length, confusion.Sum()));
        }
    }

    private static void AssertScored(JsonNode answer)
    {
        var probabilities = answer["probabilities"]!.AsObject().ToDictionary(pair => pair.Key, pair => (float)pair.Value!);
        Assert.InRange(probabilities.Values.Sum(), 0.999, 1.001);
        Assert.Contains((string)answer["segment"]!, probabilities.Keys);
        Assert.Equal(1, (int)answer["modelVersion"]!);
        Assert.True((long)answer["eventsSeen"]! > 0);
        Assert.False((bool)answer["stale"]!);
    }

    private async Task<(string Path, long Events)> WriteShopAsync()
    {
        var path = Path.Combine(_folder.FullPath, "shop.jsonl");
        var shop = new ShopSimulator(new ShopOptions { Customers = Customers, Days = 540, End = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero) });
        await using var stream = File.Create(path);
        return (path, await EventFileWriter.WriteAsync(stream, shop.ByTime()));
    }

    private Task<JsonNode> RunAsync(params string[] line) => OrleansSegProcess.JsonAsync(0, Patience.Longest, [.. line, "--data-dir", _folder.DataDirectory]);
}
