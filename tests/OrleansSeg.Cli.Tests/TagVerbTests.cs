namespace OrleansSeg.Cli.Tests;

public sealed class TagVerbTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Posts_TrainATagger_WhoseFindingsBecomeEventsOnce()
    {
        var (posts, others, tagger) = (InFolder("posts.conll"), InFolder("others.conll"), InFolder("tagger"));
        await _shell.JsonAsync("tag", "generate", posts, "--texts", "300");
        await _shell.JsonAsync("tag", "generate", others, "--texts", "40", "--seed", "9");
        var trained = await _shell.JsonAsync("tag", "train", posts, "--out", tagger, "--epochs", "4");
        Assert.Equal(["O", "buy", "evaluate", "follow", "search"], trained["labels"]!.AsArray().Select(label => (string)label!));
        var report = await _shell.JsonAsync("tag", "evaluate", others, "--tagger", tagger);
        Assert.Equal(40, (int)report["texts"]!);
        Assert.InRange((double)report["tokens"]!["overall"]!["f1"]!, 0.5, 1);
        Assert.False(Directory.Exists(_shell.DataDirectory), "Taggers need no store.");

        string[] said = ["tag", "text", "Yesterday I ordered two of the mug .", "Just searched the whole shop for a tent !", "--tagger", tagger, "--customer", "7", "--at", "2011-11-01T12:00:00Z", "--channel", "chat"];
        var once = await _shell.JsonAsync(said);
        var found = once["texts"]!.AsArray().Sum(text => text!["spans"]!.AsArray().Count);
        Assert.True(found > 0);
        Assert.Equal(found, (int)once["recorded"]!["added"]!);
        var again = await _shell.JsonAsync(said);
        Assert.Equal((0, found), ((int)again["recorded"]!["added"]!, (int)again["recorded"]!["alreadyKnown"]!));
        var events = (await _shell.JsonAsync("history", "7"))["events"]!.AsArray();
        Assert.Equal(found, events.Count);
        Assert.All(events, e => Assert.Equal("chat", (string)e!["channel"]!));
    }

    [Fact]
    public async Task RegisteredTagger_AnswersThroughTheServer_AndItsFindingsAreRecordedOnce()
    {
        var (posts, tagger) = (InFolder("posts.conll"), InFolder("tagger"));
        await _shell.JsonAsync("tag", "generate", posts, "--texts", "300");
        await _shell.JsonAsync("tag", "train", posts, "--out", tagger, "--epochs", "2", "--method", "lora", "--apart", "--learning-rate", "1e-2");
        using var stop = new CancellationTokenSource();
        var server = await InProcessServer.StartAsync(_shell, stop);
        string[] said = ["tag", "text", "Yesterday I ordered two of the mug .", "--customer", "7", "--at", "2011-11-01T12:00:00Z"];
        (await _shell.RunAsync(said)).Fails(ExitCode.Usage, "Site 'default' has no tagger in service");
        var registered = await _shell.JsonAsync("tag", "register", "--tagger", tagger);
        Assert.True((long)registered["bytes"]! > 0);
        Assert.Equal(0, (long)(await _shell.JsonAsync("tag", "register", "--tagger", tagger))["bytes"]!);

        var once = await _shell.JsonAsync(said);
        var local = await _shell.JsonAsync("tag", "text", said[2], "--tagger", tagger);
        Assert.Equal(local["texts"]![0]!["spans"]!.AsArray().Select(Place), once["texts"]![0]!["spans"]!.AsArray().Select(Place));
        var found = once["texts"]![0]!["spans"]!.AsArray().Count;
        Assert.Equal(found, (int)once["recorded"]!["added"]!);
        Assert.Equal(0, (int)(await _shell.JsonAsync(said))["recorded"]!["added"]!);
        await _shell.JsonAsync("tag", "unregister");
        (await _shell.RunAsync("tag", "unregister")).Fails(ExitCode.Usage, "has no tagger");
        await stop.CancelAsync();
        await server.Ran;

        static string Place(System.Text.Json.Nodes.JsonNode? span) => $"{span!["start"]} {span["end"]} {span["label"]}";
    }

    [Fact]
    public async Task FileWithALineThatCannotBeRead_IsUsedWithoutThatText_AndExitsThree()
    {
        var (posts, tagger) = (InFolder("posts.conll"), InFolder("tagger"));
        await _shell.JsonAsync("tag", "generate", posts, "--texts", "60", "--language", "zh");
        File.AppendAllText(posts, "alone\n\n");
        var ran = await _shell.RunAsync("--json", "tag", "train", posts, "--out", tagger, "--epochs", "1");
        Assert.Equal(1, (int)ran.Json(ExitCode.RowsRejected)["rejected"]!);
        Assert.Contains("'alone' has no label", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsNoTagger_OrNoLabelledText_ExitsTwoNamingIt()
    {
        var plain = _shell.Write("plain.conll", "only\nwords\n");
        (await _shell.RunAsync("tag", "train", plain, "--out", InFolder("tagger"))).Fails(ExitCode.Usage, "plain.conll holds no labelled text");
        (await _shell.RunAsync("tag", "train", _shell.Write("broken.json", "[{]"), "--out", InFolder("tagger"))).Fails(ExitCode.Usage, "broken.json cannot be read");
        (await _shell.RunAsync("tag", "text", "hello", "--tagger", _shell.Folder)).Fails(ExitCode.Usage, "has no config.json");
        var outside = _shell.Write("outside.conll", "a O\nb O\n\nc O\n");
        (await _shell.RunAsync("tag", "train", outside, "--out", InFolder("tagger"), "--rank", "0", "--method", "lora")).Fails(ExitCode.Usage, "Rank must be 1 to 1024, not 0.");
        (await _shell.RunAsync("tag", "train", outside, "--out", InFolder("tagger"))).Fails(ExitCode.Usage, "labelled word");
    }

    private string InFolder(string name) => Path.Combine(_shell.Folder, name);
}
