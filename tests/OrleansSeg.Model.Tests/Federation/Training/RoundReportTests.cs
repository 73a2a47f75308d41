using System.Text.Json;
using CsCheck;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Federation.Training;

namespace OrleansSeg.Model.Tests.Federation.Training;

public sealed class RoundReportTests
{
    private static readonly LocalTraining Trainer = SmallRun.Trainer();
    private static readonly LocalResult Result = Run();
    private static readonly IReadOnlyDictionary<string, byte[]> Files = RoundReport.Of(Result).ToFiles();

    [Fact]
    public void Files_ReadBack_ToTheBit()
    {
        var read = RoundReport.FromFiles(Files);
        Assert.Equal(Result.Update.Delta, read.Update.Delta);
        Assert.Equal(Result.Update.ControlDelta, read.Update.ControlDelta);
        Assert.Equal(Result.Update with { Delta = [], ControlDelta = null }, read.Update with { Delta = [], ControlDelta = null }, (x, y) =>
            (x.Trainer, x.Examples, x.Steps) == (y.Trainer, y.Examples, y.Steps));
        Assert.Equal(Result.TrainingLoss, read.TrainingLoss);
        Assert.Equal(JsonSerializer.Serialize(Result.Validation), JsonSerializer.Serialize(read.Validation));
        Assert.All(read.ToFiles(), file => Assert.Equal(Files[file.Key], file.Value));
    }

    [Fact]
    public void Files_NameNoCustomer()
    {
        // The small shop's customers are c0, c1 and so on: only longer names can be told from chance, so these are as long as canaries.
        var planted = SmallRun.Examples with
        {
            Training = SmallRun.Examples.Training with { Examples = [.. SmallRun.Examples.Training.Examples.Select(e => e with { CustomerId = $"canary-customer-{e.CustomerId}" })] },
        };
        var files = RoundReport.Of(Run(SmallRun.Trainer(examples: planted))).ToFiles();
        Assert.Empty(files.SelectMany(file => new LeakScanner(["canary-customer-", "GREEN TEAPOT"]).Scan(file.Key, file.Value)));
    }

    [Fact]
    public void AnyDamage_IsReadAsAnotherUpdate_OrRefusedInWords() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 3_000], Gen.Byte).Sample((first, at, value) =>
        {
            var name = Files.Keys.Order().ElementAt(first ? 0 : 1);
            var content = Files[name].ToArray();
            content[at % content.Length] = value;
            try
            {
                RoundReport.FromFiles(new Dictionary<string, byte[]>(Files) { [name] = content });
            }
            catch (BundleCorruptException refusal)
            {
                Assert.NotEmpty(refusal.Message);
            }
        }, iter: 200);

    [Fact]
    public void AMissingFile_IsNamed() => Assert.All(Files.Keys, name => Assert.Contains(
        name,
        Assert.Throws<BundleCorruptException>(() => RoundReport.FromFiles(Files.Where(file => file.Key != name).ToDictionary())).Message,
        StringComparison.Ordinal));

    private static LocalResult Run(LocalTraining? trainer = null)
    {
        var round = SmallRun.Round(Trainer);
        return (trainer ?? Trainer).Run(
            round with { Control = new float[round.Weights.Length], Options = round.Options with { StepsMax = 2 } }, default);
    }
}
