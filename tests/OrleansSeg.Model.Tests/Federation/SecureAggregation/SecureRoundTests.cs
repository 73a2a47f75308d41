using OrleansSeg.Model.Federation.SecureAggregation;
using OrleansSeg.Model.Federation.SecureAggregation.Keys;
using OrleansSeg.Model.Federation.SecureAggregation.Trainer;

namespace OrleansSeg.Model.Tests.Federation.SecureAggregation;

public sealed class SecureRoundTests
{
    private static TrainerKey Key(string trainer, byte first) => new(trainer, [first, .. new byte[31]]);

    [Fact]
    public void Digest_HangsOnEverythingButTheOrderOfTrainers()
    {
        var (a, b, c, d) = (Key("a", 1), Key("b", 2), Key("c", 3), Key("d", 4));
        var round = new SecureRound("run", 1, 3, 10, 64, [a, b, c, d]);
        Assert.Equal(round.Digest, new SecureRound("run", 1, 3, 10, 64, [d, b, a, c]).Digest);
        Assert.Equal(round.Digest, RoundScript.Reread(round).Digest);
        SecureRound[] others =
        [
            new("rum", 1, 3, 10, 64, [a, b, c, d]), new("run", 2, 3, 10, 64, [a, b, c, d]), new("run", 1, 4, 10, 64, [a, b, c, d]),
            new("run", 1, 3, 11, 64, [a, b, c, d]), new("run", 1, 3, 10, 32, [a, b, c, d]), new("run", 1, 3, 10, 64, [a, b, c]),
            new("run", 1, 3, 10, 64, [a, b, c, Key("d", 5)]), new("run", 1, 3, 10, 64, [a, b, c, Key("e", 4)]),
        ];
        Assert.Equal(others.Length + 1, others.Append(round).DistinctBy(other => Convert.ToHexString(other.Digest)).Count());
    }

    [Fact]
    public void Round_OfTooFewOrTwice_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new SecureRound("run", 1, 2, 10, 64, [Key("a", 1), Key("b", 2)]));
        Assert.Throws<ArgumentException>(() => new SecureRound("run", 1, 3, 10, 64, [Key("a", 1), Key("b", 2)]));
        Assert.Throws<ArgumentException>(() => new SecureRound("run", 1, 3, 10, 64, [Key("a", 1), Key("b", 2), Key("a", 3)]));
        Assert.Throws<ArgumentException>(() => new SecureRound("run", 1, 3, 10, 64, [Key("a", 1), Key("b", 2), Key("c", 2)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SecureRound("run", 1, 3, 10, 16, [Key("a", 1), Key("b", 2), Key("c", 3)]));
        Assert.Equal([3, 3, 3, 3, 4, 5, 9], new[] { 3, 4, 5, 5, 6, 8, 16 }.Select(SecureRound.MajorityThreshold));
    }

    [Fact]
    public void States_AfterMasking_HoldNoSecretOfTheirTrainer()
    {
        var script = new RoundScript(3, 3, 4, 64, 3);
        var advertised = script.Advertise();
        var keys = script.CloseKeys(advertised);
        var shared = script.Share(advertised, keys);
        var (masked, _) = shared[0].Mask(new ulong[4], RoundScript.CloseShares(shared, keys).DeliveryTo("site-0"));
        var before = System.Text.Json.JsonSerializer.Serialize<SecureTrainer>(shared[0]);
        var after = System.Text.Json.JsonSerializer.Serialize<SecureTrainer>(masked);
        foreach (var secret in new[] { shared[0].Secrets.Seal, shared[0].Secrets.Mask, shared[0].Secrets.Seed })
        {
            var text = System.Text.Json.JsonSerializer.Serialize(secret);
            Assert.Contains(text, before, StringComparison.Ordinal);
            Assert.DoesNotContain(text, after, StringComparison.Ordinal);
        }
    }
}
