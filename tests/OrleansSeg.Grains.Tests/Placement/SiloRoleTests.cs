using CsCheck;
using OrleansSeg.Placement;

namespace OrleansSeg.Grains.Tests.Placement;

public sealed class SiloRoleTests
{
    private static readonly Gen<string> Site = Gen.Char["abcxyz019-"].Array[1, 32].Select(letters => new string(letters));

    [Fact]
    public void Role_ReadsBack_AsItWasWritten() => Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool, Site.Array[1, 5], Site).Sample((inference, customers, every, sites, other) =>
    {
        var properties = new Dictionary<string, string>();
        new SiloRole(inference, customers, every ? null : sites).WriteTo(properties);
        var read = SiloRole.Read(properties);
        Assert.Equal((inference, customers), (read.RunsInference, read.HoldsCustomers));
        Assert.All(sites, site => Assert.True(read.Serves(site)));
        Assert.Equal(every || sites.Contains(other), read.Serves(other));
    });

    [Fact]
    public void SiloThatSaysNothing_ServesNothing()
    {
        var role = SiloRole.Read(new Dictionary<string, string>());
        Assert.Equal((false, false, false), (role.RunsInference, role.HoldsCustomers, role.Serves("shop")));
    }

    [Theory]
    [InlineData("shop", "shop")]
    [InlineData("shop:12", "shop")]
    [InlineData("shop:a:b", "shop")]
    [InlineData("Shop:12", null)]
    [InlineData(":12", null)]
    public void SiteOfAKey_IsWhatComesBeforeTheColon(string key, string? site) =>
        Assert.Equal(site, SiteKey.Of(GrainId.Create("seg.customer", key)));
}
