using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Federation.Work;
using OrleansSeg.Federation.Work.Masking;
using OrleansSeg.Model.Federation.SecureAggregation;
using OrleansSeg.Model.Federation.SecureAggregation.Server;
using OrleansSeg.Models;
using SigningKey = OrleansSeg.Model.Federation.SecureAggregation.Keys.TrainerKey;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>What a trainer keeps before it speaks, and what it refuses once it has spoken.</summary>
public sealed class TrainerExchangeTests : IDisposable
{
    private const int Length = 6;
    private static readonly ImmutableArray<string> Trainers = ["a:0", "a:1", "a:2", "a:3"];
    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-exchange-").FullName;
    private readonly Dictionary<string, byte[]?> _kept = Trainers.ToDictionary(trainer => trainer, _ => (byte[]?)null);
    private readonly RunBundles _bundles;
    private readonly TrainerExchange _trainers;
    private readonly ExchangeClosing _closing;
    private readonly SecureRound _round;
    private RunState _run;

    public TrainerExchangeTests()
    {
        var store = new FolderModelStore(Options.Create(new FolderModelStoreOptions { Directory = _folder }));
        _bundles = new RunBundles(store, new ModelBundles(store));
        (_trainers, _closing) = (new TrainerExchange(_bundles, RandomNumberGenerator.Create()), new ExchangeClosing(_bundles));
        _round = new SecureRound("run 1", 1, 3, Length, 64, [.. Trainers.Select(Identify)]);
        _run = new RunState
        {
            Number = 1, Phase = RunPhase.Training, Round = 1, Stage = RoundStage.Keys, Participants = Trainers, Plan = new FederatedPlan { Sites = ["a"], TrainersPerSite = 4, SecureAggregation = true },
        };
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task EveryStage_KeepsWhatItDrewBeforeItSpeaks_AndSaysTheSameAgain()
    {
        for (; _run.Stage <= RoundStage.Unmasking && _run.Round == 1; await CloseAsync())
        {
            foreach (var trainer in Trainers)
            {
                var first = await TakeAsync(trainer);
                Assert.NotNull(first.SecretsBefore);

                // The trainer dies once it has kept its secrets, and again once its files are where everybody can read them.
                _kept[trainer] = first.SecretsBefore;
                var second = await TakeAsync(trainer);
                Assert.Null(second.SecretsBefore);
                Assert.Equal(first.Files.Keys, second.Files.Keys);
                Assert.All(first.Files, file => Assert.Equal(file.Value, second.Files[file.Key]));
                await ReportAsync(trainer, second);
            }

            if (_run.Stage == RoundStage.Unmasking)
            {
                Assert.Equal(Enumerable.Range(0, Length).Select(i => (ulong)(4 * i)), (await _closing.SumAsync(_run, default)).Sum);
                return;
            }
        }
    }

    [Fact]
    public async Task MaskedVector_ThatComesOutOtherwise_IsNotSent_AndAfterItIsSentNoneIs()
    {
        await ToAsync(RoundStage.Masking);
        _kept["a:0"] = (await TakeAsync("a:0")).SecretsBefore;
        var refused = await Assert.ThrowsAsync<SecureMessageRefusedException>(() => TakeAsync("a:0", vector: new ulong[Length]));
        Assert.Equal("'a:0' would send another vector under the same masks: together they would tell what changed.", refused.Message);
        _kept["a:0"] = (await TakeAsync("a:0")).SecretsAfter;
        Assert.DoesNotContain("\"mask\"", System.Text.Encoding.UTF8.GetString(_kept["a:0"]!), StringComparison.Ordinal);
        await Assert.ThrowsAsync<SecureMessageRefusedException>(() => TakeAsync("a:0"));
    }

    [Fact]
    public async Task SecondRequest_WithOtherSurvivors_IsRefused_AlsoAfterACrash()
    {
        await ToAsync(RoundStage.Unmasking);
        var told = (await _bundles.ReadExchangeAsync(_run.Exchange!, default)).Server;
        _kept["a:0"] = (await TakeAsync("a:0")).SecretsBefore;
        var reveals = Assert.IsType<CollectingReveals>(told);
        await TellAsync(reveals with { Request = new(["a:0", "a:1", "a:2"], ["a:3"]) });
        var refused = await Assert.ThrowsAsync<SecureMessageRefusedException>(() => TakeAsync("a:0"));
        Assert.Equal("'a:0' has answered another request; both answers could unmask a vector.", refused.Message);

        // The same of a trainer that has not answered yet, when both secrets of one are asked for at once.
        await TellAsync(reveals with { Request = new([.. Trainers], ["a:3"]) });
        refused = await Assert.ThrowsAsync<SecureMessageRefusedException>(() => TakeAsync("a:1"));
        Assert.Equal("Both secrets of 'a:3' are asked for: together they would unmask its vector.", refused.Message);
    }

    [Fact]
    public async Task OtherKeys_AfterSharing_AreRefused()
    {
        await ToAsync(RoundStage.Shares);
        var told = Assert.IsType<CollectingShares>((await _bundles.ReadExchangeAsync(_run.Exchange!, default)).Server);
        _kept["a:0"] = (await TakeAsync("a:0")).SecretsBefore;
        await TellAsync(told with { Keys = told.Keys.RemoveAt(3) });
        await Assert.ThrowsAsync<SecureMessageRefusedException>(() => TakeAsync("a:0"));
    }

    [Fact]
    public async Task OtherRoster_InTheSameRun_IsRefused()
    {
        _kept["a:0"] = (await TakeAsync("a:0")).SecretsBefore;
        _kept["a:3"] = null;
        var another = new SecureRound("run 1", 2, 3, Length, 64, [.. _round.Trainers.RemoveAt(3), Identify("a:3")]);
        var order = new StepOrder(_run.Step with { Round = 2 }, "", 4, default);
        var refused = await Assert.ThrowsAsync<SecureMessageRefusedException>(
            () => _trainers.RunAsync("a:0", order, another, _kept["a:0"], () => Task.FromResult(Vector), default));
        Assert.Equal("Run 1 had another roster before: somebody's signing key has changed.", refused.Message);

        // The next run may have one.
        order = order with { Step = order.Step with { Run = 2 } };
        Assert.NotNull((await _trainers.RunAsync("a:0", order, another, _kept["a:0"], () => Task.FromResult(Vector), default)).SecretsBefore);
    }

    [Fact]
    public async Task MessageUnderAnothersName_IsRefused_AndTheRestGoesOn()
    {
        var files = (await TakeAsync("a:1")).Files;
        foreach (var trainer in Trainers)
        {
            await ReportAsync(trainer, trainer == "a:0" ? new TrainerOutput(files, null) : await TakeAsync(trainer));
        }

        var closing = await _closing.CloseAsync(_run, _round, default);
        Assert.Equal("'a:0' sent what is said to be from 'a:1'.", Assert.Single(closing.Refused).Value);
        Assert.Equal(3, Assert.IsType<CollectingShares>((await _bundles.ReadExchangeAsync(closing.Output, default)).Server).Keys.Length);
    }

    private static ulong[] Vector => [.. Enumerable.Range(0, Length).Select(i => (ulong)i)];

    private SigningKey Identify(string trainer)
    {
        var (key, secrets) = _trainers.Identify(trainer, _kept[trainer]);
        _kept[trainer] ??= secrets;
        Assert.Equal(key, _trainers.Identify(trainer, _kept[trainer]).PublicKey);
        return new SigningKey(trainer, key);
    }

    private Task<TrainerOutput> TakeAsync(string trainer, ulong[]? vector = null) => _trainers.RunAsync(
        trainer, new StepOrder(_run.Step, "", 4, default, _run.Exchange), _round, _kept[trainer], () => Task.FromResult(vector ?? Vector), default);

    private Task ReportAsync(string trainer, TrainerOutput made)
    {
        _kept[trainer] = made.SecretsAfter ?? made.SecretsBefore ?? _kept[trainer];
        var output = Model.Bundles.BundleFolder.Write(_folder, made.Files);
        _run = RunMachine.Heard(_run, trainer, new StepReport(_run.Step, TrainerStepState.Reported, new StepResult(output, 1, default), null), default);
        return Task.CompletedTask;
    }

    private async Task CloseAsync() => _run = RunMachine.Closed(_run, await _closing.CloseAsync(_run, _round, default), default);

    private async Task TellAsync(SecureServer told) => _run = _run with { Exchange = await _bundles.WriteAsync(new ExchangeState(told), default) };

    private async Task ToAsync(RoundStage stage)
    {
        for (; _run.Stage != stage; await CloseAsync())
        {
            foreach (var trainer in Trainers)
            {
                await ReportAsync(trainer, await TakeAsync(trainer));
            }
        }
    }
}
