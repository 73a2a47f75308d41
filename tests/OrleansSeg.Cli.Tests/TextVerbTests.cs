namespace OrleansSeg.Cli.Tests;

public sealed class TextVerbTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Pretrained_IsTriedFromItsFolder()
    {
        var texts = _shell.Write("titles.txt", string.Join('\n', Enumerable.Range(0, 60).Select(i => $"{(i % 2 == 0 ? "red" : "blue")} mug number {i} 红色杯子")));
        var folder = Path.Combine(_shell.Folder, "encoder");
        var trained = await _shell.JsonAsync("text", "pretrain", "--texts", texts, "--out", folder, "--epochs", "2", "--hidden", "16", "--layers", "1", "--tokens-max", "16");
        Assert.True((double)trained["after"]!["loss"]! < (double)trained["before"]!["loss"]!);
        var encoded = await _shell.JsonAsync("text", "encode", "--encoder", folder, "--texts", texts);
        Assert.Equal((60, 16, 16), (encoded["vectors"]!.AsArray().Count, encoded["vectors"]![0]!.AsArray().Count, (int)encoded["dimension"]!));
        Assert.False(Directory.Exists(_shell.DataDirectory), "Text models need no store.");
    }

    [Fact]
    public async Task FolderThatIsNoModel_ExitsTwo_NamingWhatIsMissing()
    {
        var texts = _shell.Write("titles.txt", "a\nb\n");
        (await _shell.RunAsync("text", "encode", "--encoder", _shell.Folder, "--texts", texts)).Fails(ExitCode.Usage, "has no tokenizer");
        File.WriteAllText(Path.Combine(_shell.Folder, "vocab.txt"), "[UNK]\n[CLS]\n[SEP]\n");
        (await _shell.RunAsync("text", "encode", "--encoder", _shell.Folder, "--texts", texts)).Fails(ExitCode.Usage, "has no config.json");
        File.WriteAllText(Path.Combine(_shell.Folder, "config.json"), """{"model_type":"gpt2"}""");
        (await _shell.RunAsync("text", "encode", "--encoder", _shell.Folder, "--texts", texts)).Fails(ExitCode.Usage, "'gpt2', which is not supported");
        (await _shell.RunAsync("text", "pretrain", "--out", _shell.Folder, "--texts", texts, "--hidden", "7")).Fails(ExitCode.Usage, "Hidden");
        (await _shell.RunAsync("text", "pretrain", "--out", _shell.Folder, "--texts", Path.Combine(_shell.Folder, "none.txt"))).Fails(ExitCode.Usage, "none.txt");
    }
}
