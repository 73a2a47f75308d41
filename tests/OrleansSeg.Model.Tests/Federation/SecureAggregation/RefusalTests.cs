using OrleansSeg.Model.Federation.SecureAggregation;
using OrleansSeg.Model.Federation.SecureAggregation.Keys;
using OrleansSeg.Model.Federation.SecureAggregation.Messages;
using OrleansSeg.Model.Federation.SecureAggregation.Server;
using OrleansSeg.Model.Federation.SecureAggregation.Trainer;

namespace OrleansSeg.Model.Tests.Federation.SecureAggregation;

public sealed class RefusalTests
{
    private const int Length = 4;
    private readonly RoundScript script = new(4, 3, Length, 64, 11);
    private readonly List<AdvertisedTrainer> advertised;
    private readonly CollectingShares keys;
    private readonly List<SharedTrainer> shared;
    private readonly CollectingInputs shares;

    public RefusalTests()
    {
        advertised = script.Advertise();
        keys = script.CloseKeys(advertised);
        shared = script.Share(advertised, keys);
        shares = RoundScript.CloseShares(shared, keys);
    }

    [Fact]
    public void Keys_NotSignedByTheirTrainerForTheRound_AreRefusedByServerAndTrainers()
    {
        var good = advertised[1].Sent;
        var stranger = new TrainerIdentity("site-1", TrainerIdentity.NewSecret(script.Random));
        var otherRound = new SecureRound("run", 2, 3, Length, 64, script.Round.Trainers);
        foreach (var bad in new[]
        {
            good with { MaskKey = advertised[2].Sent.MaskKey },
            good with { Signature = [.. good.Signature.Select((value, i) => i == 5 ? (byte)(value ^ 1) : value)] },
            good with { Signature = [] },
            good with { Signature = stranger.Sign(good.Signed(script.Round)) },
            good with { Trainer = "site-9" },
            good with { Trainer = "site-2" },
            SecureTrainer.Advertise(otherRound, script.Identities[1], script.Random).Sent,
        })
        {
            Assert.Throws<SecureMessageRefusedException>(() => SecureServer.Start(script.Round).Add(bad));
            Assert.Throws<SecureMessageRefusedException>(() => advertised[0].Share([advertised[0].Sent, bad, advertised[2].Sent], script.Random));
        }
    }

    [Fact]
    public void Keys_MissingTwiceOrReplaced_AreRefused()
    {
        var (own, second, third) = (advertised[0].Sent, advertised[1].Sent, advertised[2].Sent);
        var renewed = SecureTrainer.Advertise(script.Round, script.Identities[0], script.Random).Sent;
        Assert.Throws<SecureMessageRefusedException>(() => advertised[0].Share([second, third, advertised[3].Sent], script.Random));
        Assert.Throws<SecureMessageRefusedException>(() => advertised[0].Share([own, second, second, third], script.Random));
        Assert.Throws<SecureMessageRefusedException>(() => advertised[0].Share([renewed, second, third], script.Random));
        Assert.Throws<TooFewSurvivorsException>(() => advertised[0].Share([own, second], script.Random));
        Assert.Throws<SecureMessageRefusedException>(() => SecureServer.Start(script.Round).Add(own).Add(renewed));
    }

    [Fact]
    public void SmallOrderKey_SignedByItsTrainer_IsRefused()
    {
        // With the point of order one, everybody knows what any agreement with it gives.
        var weak = advertised[1].Sent with { SealKey = new byte[32] };
        weak = weak with { Signature = script.Identities[1].Sign(weak.Signed(script.Round)) };
        Assert.Throws<SecureMessageRefusedException>(() => advertised[0].Share([advertised[0].Sent, weak, advertised[2].Sent], script.Random));
    }

    [Fact]
    public void Round_WithoutTheTrainersKey_IsRefused()
    {
        var stranger = new TrainerIdentity("site-1", TrainerIdentity.NewSecret(script.Random));
        Assert.Throws<SecureMessageRefusedException>(() => SecureTrainer.Advertise(script.Round, stranger, script.Random));
    }

    [Fact]
    public void Shares_TamperedReflectedReplayedMisdirectedOrTwice_AreRefused()
    {
        var good = shares.DeliveryTo("site-0");
        var first = good.Shares[0];
        var own = shared[0].Sent.Shares.Single(sealedShares => sealedShares.To == first.From);
        var forOther = shares.DeliveryTo("site-2").Shares.Single(sealedShares => sealedShares.From == first.From);
        var older = new RoundScript(4, 3, Length, 64, 12);
        var before = older.Advertise();
        var replayed = older.Share(before, older.CloseKeys(before))[1].Sent.Shares.Single(sealedShares => sealedShares.To == "site-0");
        foreach (var bad in new[]
        {
            first with { Sealed = [.. first.Sealed.Select((value, i) => i == 20 ? (byte)(value ^ 1) : value)] },
            first with { Sealed = first.Sealed[..^1] },
            first with { Sealed = own.Sealed },
            own,
            own with { From = own.To, To = own.From },
            forOther,
            forOther with { To = "site-0" },
            first with { From = good.Shares[1].From },
            first with { From = "site-9" },
            replayed,
        })
        {
            var delivery = good with { Shares = good.Shares.SetItem(0, bad) };
            Assert.Throws<SecureMessageRefusedException>(() => shared[0].Mask(new ulong[Length], delivery));
        }

        Assert.Throws<SecureMessageRefusedException>(() => shared[0].Mask(new ulong[Length], good with { Shares = good.Shares.Add(first) }));
        Assert.Throws<TooFewSurvivorsException>(() => shared[0].Mask(new ulong[Length], good with { Shares = [first] }));
        Assert.Throws<ArgumentOutOfRangeException>(() => shared[0].Mask(new ulong[Length + 1], good));
        shared[0].Mask(new ulong[Length], good);
    }

    [Fact]
    public void Server_RefusesSharesAndVectors_ThatDoNotFit()
    {
        var message = shared[0].Sent;
        Assert.Throws<SecureMessageRefusedException>(() => keys.Add(message with { Shares = message.Shares[1..] }));
        Assert.Throws<SecureMessageRefusedException>(() => keys.Add(message with { From = "site-9" }));
        Assert.Throws<SecureMessageRefusedException>(
            () => keys.Add(message).Add(message with { Shares = message.Shares.SetItem(0, message.Shares[0] with { Sealed = [1] }) }));
        Assert.Single(keys.Add(message).Add(RoundScript.Reread(message)).Shares);

        var (_, input) = shared[0].Mask(new ulong[Length], shares.DeliveryTo("site-0"));
        Assert.Throws<SecureMessageRefusedException>(() => shares.Add(input with { Trainer = "site-9" }));
        Assert.Throws<SecureMessageRefusedException>(() => shares.Add(input with { Vector = [1, 2] }));
        Assert.Throws<SecureMessageRefusedException>(() => shares.Add(input).Add(input with { Vector = new byte[Length * 8] }));
        Assert.Single(shares.Add(input).Add(RoundScript.Reread(input)).Inputs);
    }

    [Fact]
    public void Trainer_AskedForBothSecretsOfOnePeer_Refuses()
    {
        var (trainer, _) = shared[0].Mask(new ulong[Length], shares.DeliveryTo("site-0"));
        Assert.Contains("Both secrets of 'site-3'", Assert.Throws<SecureMessageRefusedException>(
            () => trainer.Reveal(new(["site-0", "site-1", "site-2", "site-3"], ["site-3"]))).Message, StringComparison.Ordinal);
        Assert.Throws<SecureMessageRefusedException>(() => trainer.Reveal(new(["site-0", "site-1", "site-2"], [])));
        Assert.Throws<SecureMessageRefusedException>(() => trainer.Reveal(new(["site-0", "site-1", "site-1", "site-2"], ["site-3"])));
        Assert.Throws<SecureMessageRefusedException>(() => trainer.Reveal(new(["site-1", "site-2", "site-3"], ["site-0"])));
        Assert.Throws<TooFewSurvivorsException>(() => trainer.Reveal(new(["site-0", "site-1"], ["site-2", "site-3"])));

        var revealed = trainer.Reveal(new(["site-0", "site-1", "site-2"], ["site-3"]));
        Assert.Same(revealed.Sent, revealed.Again(new(["site-2", "site-1", "site-0"], ["site-3"])));
        Assert.Throws<SecureMessageRefusedException>(() => revealed.Again(new(["site-0", "site-1", "site-2", "site-3"], [])));
        Assert.Equal(["site-0", "site-1", "site-2"], revealed.Sent.Seeds.Select(share => share.Of));
        Assert.Equal(["site-3"], revealed.Sent.MaskKeys.Select(share => share.Of));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Sum_OfFalseSharesOrOtherVectors_IsRefused(bool falseSeed)
    {
        var masked = RoundScript.Mask(shared.Take(3), shares, _ => new ulong[Length]);
        var reveals = RoundScript.CloseInputs(masked.Select(pair => pair.Message), shares);
        var replies = masked.Select(pair => pair.State.Reveal(reveals.Request).Sent).ToList();
        RevealedShare Falsified(RevealedShare share) => share with { Share = [.. share.Share.Select(value => (byte)(value ^ 1))] };
        var bad = falseSeed
            ? replies[0] with { Seeds = replies[0].Seeds.SetItem(1, Falsified(replies[0].Seeds[1])) }
            : replies[0] with { MaskKeys = replies[0].MaskKeys.SetItem(0, Falsified(replies[0].MaskKeys[0])) };
        var inputs = masked.Select(pair => pair.Message).ToList();
        var honest = replies.Aggregate(reveals, (state, reply) => state.Add(reply));
        Assert.Equal(new ulong[Length], honest.Sum(inputs));
        Assert.Throws<SecureMessageRefusedException>(() => reveals.Add(bad).Add(replies[1]).Add(replies[2]).Sum(inputs));
        Assert.Throws<SecureMessageRefusedException>(() => honest.Sum(inputs.Take(2)));
        Assert.Throws<SecureMessageRefusedException>(() => honest.Sum(inputs.Append(inputs[0])));
        Assert.Throws<SecureMessageRefusedException>(() => honest.Sum([.. inputs.Take(2), inputs[2] with { Vector = new byte[Length * 8] }]));
        Assert.Throws<SecureMessageRefusedException>(() => reveals.Add(replies[0] with { From = "site-3" }));
        Assert.Throws<SecureMessageRefusedException>(() => reveals.Add(replies[0] with { Seeds = [] }));
    }
}
