using System.Net;
using CsCheck;
using OrleansSeg.Placement;

namespace OrleansSeg.Grains.Tests.Placement;

public sealed class RendezvousHashTests
{
    private static readonly Gen<SiloAddress> Silo = Gen.Select(
        Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[16]), Gen.Int[1, 65_535], Gen.Int[1, 1_000_000],
        (address, port, generation) => SiloAddress.New(new IPEndPoint(new IPAddress(address), port), generation));

    private static readonly Gen<SiloAddress[]> Silos =
        Silo.Array[1, 12].Select(silos => silos.DistinctBy(silo => silo.Endpoint).ToArray());

    private static readonly Gen<string[]> Names = Gen.String[1, 40].Array[1, 50];

    [Fact]
    public void Choice_IsOneOfTheSilos_WhateverTheirOrder() => Gen.Select(Names, Silos, Gen.Int[0, 1_000]).Sample((names, silos, seed) =>
    {
        var shuffled = silos.ToArray();
        new Random(seed).Shuffle(shuffled);
        foreach (var name in names)
        {
            var chosen = RendezvousHash.Choose(name, silos);
            Assert.Contains(chosen, silos);
            Assert.Equal(chosen, RendezvousHash.Choose(name, shuffled));
        }
    });

    [Fact]
    public void Join_MovesNamesToTheNewSiloOnly_AndLeaveGivesThemBack() => Gen.Select(Names, Silos, Silo).Sample((names, silos, joined) =>
    {
        var before = silos.Where(silo => !silo.Endpoint.Equals(joined.Endpoint)).ToArray();
        if (before.Length == 0)
        {
            return;
        }

        SiloAddress[] after = [.. before, joined];
        foreach (var name in names)
        {
            var chosen = RendezvousHash.Choose(name, after);
            Assert.True(chosen.Equals(joined) || chosen.Equals(RendezvousHash.Choose(name, before)));
        }
    });

    [Fact]
    public void SiloStartedAgain_GetsItsNamesBack() => Gen.Select(Names, Silos, Gen.Int[0, 11], Gen.Int[1, 1_000]).Sample((names, silos, which, later) =>
    {
        var restarted = silos.ToArray();
        var old = restarted[which % silos.Length];
        restarted[which % silos.Length] = SiloAddress.New(old.Endpoint, old.Generation + later);
        foreach (var name in names)
        {
            Assert.Equal(RendezvousHash.Choose(name, silos).Endpoint, RendezvousHash.Choose(name, restarted).Endpoint);
        }
    });

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(12)]
    public void Names_AreSpreadEvenly(int siloCount)
    {
        const int PerSilo = 5_000;
        var silos = Enumerable.Range(0, siloCount).Select(i => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11_111 + i), 1)).ToArray();
        var counts = Enumerable.Range(0, PerSilo * siloCount).CountBy(i => RendezvousHash.Choose($"shop:{i}", silos)).ToDictionary();
        Assert.Equal(siloCount, counts.Count);

        // Five standard deviations of a fair draw.
        var tolerance = (int)(5 * Math.Sqrt(PerSilo));
        Assert.All(counts.Values, count => Assert.InRange(count, PerSilo - tolerance, PerSilo + tolerance));
    }

    [Fact]
    public void NoSilo_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => RendezvousHash.Choose("shop:1", []));
}
