using OrleansSeg.Model.Federation.Compression;

namespace OrleansSeg.Model.Tests.Federation.Compression;

public class UpdateCompressorsTests
{
    [Fact]
    public void Names_AreTheThree_AndEachMakesItsOwn()
    {
        Assert.Equal(["int8", "none", "topk"], UpdateCompressors.Names.AsEnumerable());
        Assert.All(UpdateCompressors.Names, name => Assert.Equal(name, UpdateCompressors.Create(name, CompressionParameters.Defaults).Name));
    }

    [Fact]
    public void Create_UnknownNameOrParameter_IsRefusedByName()
    {
        Refused("There is no compressor 'zip'; there are int8, none, topk.", "zip", CompressionParameters.Defaults);
        Refused("Compressor 'none' has no parameter BlockLength.", "none", new() { BlockLength = 8 });
        Refused("Compressor 'topk' has no parameter Stochastic.", "topk", new() { Stochastic = false });
        Refused("Compressor 'int8' has no parameter Share.", "int8", new() { Share = 0.5 });

        static void Refused(string message, string name, CompressionParameters parameters) => Assert.StartsWith(
            message, Assert.Throws<ArgumentException>(() => UpdateCompressors.Create(name, parameters)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_ParameterOutOfBounds_IsRefused()
    {
        Assert.All([0, -1, 1.01, double.NaN], share => Assert.Throws<ArgumentOutOfRangeException>(() => UpdateCompressors.Create("topk", new() { Share = share })));
        Assert.All([0, (1 << 20) + 1], length => Assert.Throws<ArgumentOutOfRangeException>(() => UpdateCompressors.Create("int8", new() { BlockLength = length })));
    }

    [Fact]
    public void Seed_OfRunRoundAndTrainer_IsTheSameForeverAndDiffersForEach()
    {
        ulong[] seeds =
        [
            UpdateCompressors.Seed(1, 1, "oslo"), UpdateCompressors.Seed(2, 1, "oslo"), UpdateCompressors.Seed(1, 2, "oslo"), UpdateCompressors.Seed(1, 1, "bern"),
        ];
        Assert.Equal(4, seeds.Distinct().Count());
        Assert.Equal(16491743271386920331UL, seeds[0]);
    }
}
