using System.Net;
using CsCheck;
using OrleansSeg.Inference;

namespace OrleansSeg.Grains.Tests.Inference;

public sealed class WorkerKeyTests
{
    private static readonly Gen<SiloAddress> Silo = Gen.Select(
        Gen.Int[1, 65_535], Gen.Int[1, int.MaxValue], (port, generation) => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, port), generation));

    [Fact]
    public void Key_MeansItsSilo_AndNoOther_ThroughAGrainId() =>
        Gen.Select(Silo, Silo, Gen.Int[0, WorkerKey.SlotsMax - 1]).Sample((silo, other, slot) =>
        {
            var id = GrainId.Create(GrainType.Create(InferenceWorkerGrain.TypeName), GrainIdKeyExtensions.CreateIntegerKey(WorkerKey.Of(silo, slot)));
            Assert.True(id.TryGetIntegerKey(out var key, out _));
            Assert.True(WorkerKey.NamesSilo(key));
            Assert.True(WorkerKey.Means(key, silo));
            Assert.Equal(silo.Equals(other), WorkerKey.Means(key, other));
        });

    [Fact]
    public void SlotAlone_NamesNoSilo()
    {
        Assert.False(WorkerKey.NamesSilo(0));
        Assert.False(WorkerKey.NamesSilo(WorkerKey.SlotsMax - 1));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(WorkerKey.SlotsMax)]
    public void SlotOutOfBounds_IsRefused(int slot) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => WorkerKey.Of(SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 1), 1), slot));
}
