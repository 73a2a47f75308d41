namespace OrleansSeg.Cli.Tests.Models;

public sealed class CompressTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Encoder_IsMadeSmallInEveryWay_AndEachFolderIsTakenAsItStands()
    {
        var (encoder, texts) = await EncoderAsync();
        string[] methods = ["int8", "bf16", "fp16", "drop-layers", "prune", "distill", "prune+int8"];
        var made = await _shell.JsonAsync(
            ["models", "compress", "--text-encoder", encoder, "--texts", texts, "--out", Path.Combine(_shell.Folder, "small"), "--epochs", "1", "--student-width", "8", "--prune-heads", "0.5", "--methods", .. methods]);
        var models = made["models"]!.AsArray();
        Assert.Equal(["before", .. methods], models.Select(model => (string)model!["method"]!));
        Assert.Equal(
            "{method: string, folder: string, layers: number, hidden: number, precision: string, diskBytes: number, residentBytes: number, textsPerSecond: number, speedup: number, seconds: number, "
                + "cosine: number, hiddenTokenLoss: number, sameAnswers: null, spanF1: null, macroF1: null, wordF1: null}",
            Shape.Of(models[0]));
        Assert.Equal((1.0, 1.0), (Math.Round((double)models[0]!["cosine"]!, 5), (double)models[0]!["speedup"]!));
        Assert.All(models.Skip(1), model => Assert.True((long)model!["diskBytes"]! < (long)models[0]!["diskBytes"]!, $"{model}"));
        Assert.Equal((2, 1, 8), ((int)models[0]!["layers"]!, (int)models[4]!["layers"]!, (int)models[6]!["hidden"]!));
        foreach (var model in models)
        {
            var encoded = await _shell.JsonAsync("text", "encode", "--encoder", (string)model!["folder"]!, "--texts", texts);
            Assert.Equal(16, (int)encoded["dimension"]!);
        }

        Assert.Equal(methods.Order(StringComparer.Ordinal), Directory.EnumerateFileSystemEntries(Path.Combine(_shell.Folder, "small")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
        Assert.False(Directory.Exists(_shell.DataDirectory), "Text models need no store.");
        (await _shell.RunAsync("models", "compress", "--text-encoder", encoder, "--texts", texts, "--out", Path.Combine(_shell.Folder, "small"))).Fails(ExitCode.Usage, "is there already");
        (await _shell.RunAsync("models", "compress", "--text-encoder", Path.Combine(_shell.Folder, "small", "int8"), "--texts", texts, "--out", Path.Combine(_shell.Folder, "other"))).Fails(ExitCode.Usage, "computes in Int8");
        (await _shell.RunAsync("tag", "train", texts, "--encoder", Path.Combine(_shell.Folder, "small", "int8"), "--out", Path.Combine(_shell.Folder, "tagger"))).Fails(ExitCode.Usage);
    }

    [Fact]
    public async Task Tagger_IsMeasuredOnLabelledTexts()
    {
        var (posts, tagger) = (Path.Combine(_shell.Folder, "posts.conll"), Path.Combine(_shell.Folder, "tagger"));
        await _shell.JsonAsync("tag", "generate", posts, "--texts", "120");
        await _shell.JsonAsync("tag", "train", posts, "--out", tagger, "--epochs", "2");
        var made = await _shell.JsonAsync(
            "models", "compress", "--tagger", tagger, "--test", posts, "--texts", posts, "--out", Path.Combine(_shell.Folder, "small"), "--methods", "int8", "drop-layers+int8", "--recover-epochs", "1");
        var models = made["models"]!.AsArray();
        Assert.All(models, model => Assert.InRange((double)model!["macroF1"]!, 0, 1));
        Assert.Equal(1, (double)models[0]!["sameAnswers"]!);
        Assert.InRange((double)models[1]!["spanF1"]!, (double)models[0]!["spanF1"]! - 0.05, (double)models[0]!["spanF1"]! + 0.05);
        var evaluated = await _shell.JsonAsync("tag", "evaluate", posts, "--tagger", (string)models[2]!["folder"]!);
        Assert.Equal((double)models[2]!["macroF1"]!, (double)evaluated["entities"]!["macroF1"]!, 1e-9);
    }

    [Fact]
    public async Task WrongLines_ExitTwo_SayingWhatIsMeant_AndLeaveNothing()
    {
        var (encoder, texts) = await EncoderAsync();
        var folder = Path.Combine(_shell.Folder, "small");
        string[] line = ["models", "compress", "--out", folder, "--texts", texts];
        await FailsAsync("Either --text-encoder or --tagger", [.. line]);
        await FailsAsync("Either --text-encoder or --tagger", [.. line, "--text-encoder", encoder, "--tagger", encoder]);
        await FailsAsync("There is no folder", [.. line, "--text-encoder", encoder + "x"]);
        await FailsAsync("has no config.json", [.. line, "--text-encoder", _shell.Folder]);
        line = [.. line, "--text-encoder", encoder];
        await FailsAsync("'int4' is none of int8, bf16, fp16, drop-layers, prune, distill", [.. line, "--methods", "int4"]);
        await FailsAsync("goes on after int8", [.. line, "--methods", "int8+prune"]);
        await FailsAsync("--prune-heads must be 0 to below 1", [.. line, "--methods", "prune", "--prune-heads", "1"]);
        await FailsAsync("--prune-neurons must be 0 to below 1", [.. line, "--methods", "prune", "--prune-neurons", "-0.1"]);
        await FailsAsync("--keep-layers must be 1 to 2", [.. line, "--methods", "drop-layers", "--keep-layers", "0"]);
        await FailsAsync("some of 0 to 1, in ascending order", [.. line, "--methods", "drop-layers", "--keep-layers", "1", "0"]);
        await FailsAsync("width must be a multiple of 8", [.. line, "--methods", "distill", "--student-width", "12"]);
        await FailsAsync("Temperature must be", [.. line, "--methods", "distill", "--temperature", "0"]);
        await FailsAsync("--recover-epochs must be", [.. line, "--methods", "prune", "--recover-epochs", "-1"]);
        await FailsAsync("There is no file", ["models", "compress", "--out", folder, "--text-encoder", encoder, "--texts", texts + "x"]);
        await FailsAsync("--texts or --test is needed", ["models", "compress", "--out", folder, "--text-encoder", encoder]);
        Assert.False(Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any());

        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        var ran = await Shell.RunAsync(stopped.Token, ["--data-dir", _shell.DataDirectory, .. line, "--methods", "distill"]);
        Assert.Equal(ExitCode.Failed, ran.ExitCode);
        Assert.False(Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any());
    }

    private async Task<(string Encoder, string Texts)> EncoderAsync()
    {
        var texts = _shell.Write("titles.txt", string.Join('\n', Enumerable.Range(0, 60).Select(i => $"{(i % 2 == 0 ? "red" : "blue")} mug number {i} 红色杯子")));
        var encoder = Path.Combine(_shell.Folder, "encoder");
        await _shell.JsonAsync("text", "pretrain", "--texts", texts, "--out", encoder, "--epochs", "2", "--hidden", "16", "--layers", "2", "--tokens-max", "16");
        return (encoder, texts);
    }

    private async Task FailsAsync(string expected, params string[] line) => (await _shell.RunAsync(line)).Fails(ExitCode.Usage, expected);
}
