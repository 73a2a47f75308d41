using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Tests.Text.FineTuning;
using OrleansSeg.Model.Text.FineTuning;
using OrleansSeg.Model.Text.Pooling;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Tests.Native;

/// <summary>Modules made within a caller's dispose scope outlive it with every weight: some, as shared text encoders, are made by whoever comes first.</summary>
public sealed class ModuleScopeTests
{
    private static readonly BertFamilyConfig Config = SmallEncoder.Config;

    private static readonly Dictionary<string, Func<Generator, nn.Module>> Makers = new()
    {
        ["encoder"] = _ => new BertEncoder(Config),
        ["encoder of 8-bit weights"] = _ => new BertEncoder(Config with { Precision = ComputePrecision.Int8 }),
        ["pooler"] = _ => new Pooler(Config, Activation.Gelu),
        ["sequence head"] = _ => new SequenceHead(Config),
        ["token head"] = _ => new TokenHead(Config),
        ["masked head"] = _ => new MaskedHead(Config),
        ["dense pooling"] = _ => new PoolingDense(16, 8, null),
        ["bottleneck"] = random => new BottleneckLayer(16, 4, random),
        ["low-rank change"] = random => new LowRankChange(16, 16, new AdapterOptions { Kind = AdapterKind.Lora }, random),
        ["low-rank change of a bounded rank"] = random => new LowRankChange(16, 16, new AdapterOptions { Kind = AdapterKind.AdaLora }, random),
    };

    public static TheoryData<string> Names => [.. Makers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void MadeInAScope_OutlivesItWithEveryWeight(string name)
    {
        LibTorch.EnsureLoadable();
        using var random = new Generator(1);
        using var outside = Makers[name](random);
        nn.Module inside;
        using (NewDisposeScope())
        {
            inside = Makers[name](random);
        }

        Assert.Equal(WeightsOf(outside), WeightsOf(inside));
        inside.Dispose();
    }

    private static List<string> WeightsOf(nn.Module module) => [.. module.state_dict().Select(entry => $"{entry.Key} {string.Join(',', entry.Value.shape)} {entry.Value.IsInvalid}")];
}
