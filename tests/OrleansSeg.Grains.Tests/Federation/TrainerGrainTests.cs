using System.Collections.Immutable;
using System.Text.Json.Nodes;
using OrleansSeg.Customers;
using OrleansSeg.Federation;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Segments;
using OrleansSeg.Models;
using OrleansSeg.Segments;

namespace OrleansSeg.Grains.Tests.Federation;

public sealed class TrainerGrainTests(TrainingCluster cluster) : IClassFixture<TrainingCluster>
{
    private const int Customers = 280;

    [Fact]
    public async Task Train_PublishesABundle_ThatScoresAndExplainsCustomers()
    {
        var site = await cluster.NewShopAsync(Customers);
        var status = await cluster.RunAsync(site, Training());
        Assert.True(status.State == TrainingState.Done, status.Failure);

        var model = await cluster.Grains.GetGrain<IModelRegistryGrain>(site).GetCurrentAsync(default);
        Assert.Equal((1, status.PublishedVersion), (model!.Version, (int?)model.Version));
        var customer = cluster.Customer(site, "c5");
        var assignment = await customer.LookUpFreshAsync(default);
        Assert.Equal(1, assignment.ModelVersion);
        Assert.Contains(assignment.Segment, model.Labels);
        Assert.Equal(1f, assignment.Probabilities.Sum(p => p.Probability), 4);

        var explanation = await customer.ExplainAsync(default);
        Assert.Equal(assignment.Segment, explanation.Segment);
        Assert.NotEmpty(explanation.Factors);
        Assert.All(explanation.Factors, factor => Assert.True(float.IsFinite(factor.Contribution)));
    }

    [Fact]
    public async Task Train_WithAnUnpromotedModel_LeavesCustomersUnscored()
    {
        var site = await cluster.NewShopAsync(Customers);
        var status = await cluster.RunAsync(site, Training() with { Promote = false });
        Assert.True(status.State == TrainingState.Done, status.Failure);
        var registry = cluster.Grains.GetGrain<IModelRegistryGrain>(site);
        Assert.Single(await registry.ListAsync(default));
        Assert.Null(await registry.GetCurrentAsync(default));
        Assert.Equal(SegmentNames.Unscored, (await cluster.Customer(site, "c5").LookUpAsync()).Segment);
    }

    [Fact]
    public async Task Train_OfAnotherScheme_PublishesIt_AndASweepPutsEverybodyIntoItsSegments()
    {
        var site = await cluster.NewShopAsync(Customers);
        var quick = Training() with { Settings = Settings("epochs=1") };
        await PublishAsync(quick);
        Assert.Equal(Customers, (await cluster.SweepAsync(site)).Rescored);
        Assert.NotEmpty((await SegmentsAsync()).Except(RfmSegments.All));

        var model = await PublishAsync(quick with { Scheme = "rfm" });
        Assert.Equal("rfm", model.Scheme);
        Assert.Equal(Customers, (await cluster.SweepAsync(site)).Rescored);
        Assert.All(await SegmentsAsync(), segment => Assert.Contains(segment, RfmSegments.All));
        var assignment = await cluster.Customer(site, "c5").LookUpFreshAsync(default);
        Assert.Contains(assignment.Segment, await SegmentsAsync());
        Assert.Equal(model.Labels.ToArray(), assignment.Probabilities.Select(p => p.Segment).ToArray());

        async Task<ModelReference> PublishAsync(TrainingRequest request)
        {
            var status = await cluster.RunAsync(site, request);
            Assert.True(status.State == TrainingState.Done, status.Failure);
            await cluster.RefreshModelsAsync(site);
            return (await cluster.Grains.GetGrain<IModelRegistryGrain>(site).GetCurrentAsync(default))!;
        }

        async Task<IReadOnlyList<string>> SegmentsAsync()
        {
            var sizes = await Task.WhenAll(Enumerable.Range(0, Partitions.Count).Select(number => cluster.Partition(site, number).GetSegmentSizesAsync(default)));
            Assert.Equal(Customers, sizes.Sum(partition => partition.Values.Sum()));
            return [.. sizes.SelectMany(partition => partition.Where(segment => segment.Value > 0)).Select(segment => segment.Key).Distinct()];
        }
    }

    [Fact]
    public async Task AScheme_ThatIsNone_IsRefusedAtTheDoor()
    {
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => cluster.RunAsync(cluster.NewSite(), Training() with { Scheme = "gold" }));
        Assert.StartsWith($"Scheme is 'gold': {SchemeChoice.Forms}.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_AsOfACutoff_ReadsNothingLater()
    {
        var site = await cluster.NewShopAsync(Customers);
        var cutoff = cluster.Time.GetUtcNow().AddDays(-60);
        var status = await cluster.RunAsync(site, Training() with { Cutoff = cutoff });
        Assert.True(status.State == TrainingState.Done, status.Failure);
        var last = JsonNode.Parse(status.ResultJson!)!["data"]!["lastEvent"]!.GetValue<DateTimeOffset>();
        Assert.InRange(last, cutoff.AddDays(-10), cutoff);
    }

    [Fact]
    public async Task Train_ReadsOnlyCustomersWhoConsent_AndNoneOfTheHoldout()
    {
        var site = await cluster.NewShopAsync(Customers);
        var trained = Trained(site, Customers);
        await cluster.Customer(site, trained[0]).SetConsentAsync(ConsentPurpose.Training, false, default);
        var status = await cluster.RunAsync(site, Training());
        Assert.True(status.State == TrainingState.Done, status.Failure);
        Assert.InRange(trained.Count, 200, Customers - 1);
        Assert.Equal(trained.Count - 1, JsonNode.Parse(status.ResultJson!)!["data"]!["customers"]!.GetValue<int>());
    }

    [Fact]
    public async Task Train_OnAHandfulOfCustomers_SaysHowManyAreNeeded()
    {
        var site = await cluster.NewShopAsync(12);
        var status = await cluster.RunAsync(site, Training());
        Assert.Equal((TrainingState.Failed, true), (status.State, status.FailureIsInput));
        Assert.Equal($"Training needs at least 200 customers with behaviour before the training cutoffs; there are {Trained(site, 12).Count}.", status.Failure);
        Assert.Empty(await cluster.Grains.GetGrain<IModelRegistryGrain>(site).ListAsync(default));
    }

    [Fact]
    public async Task SecondJob_WhileOneRuns_IsRefusedByName_AndACancelledOneKeepsNothing()
    {
        var site = await cluster.NewShopAsync(Customers);
        var trainer = cluster.Grains.GetGrain<ITrainerGrain>(site);
        var (reached, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        Guid job;
        using (cluster.Calls.On<ITrainingHistoryGrain>(nameof(ITrainingHistoryGrain.ReadAsync), async call =>
        {
            reached.TrySetResult();
            await goOn.Task;
            await call.Invoke();
        }))
        {
            job = await trainer.StartAsync(Training(), default);
            await reached.Task.WaitAsync(Patience.Longest);
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => trainer.StartAsync(Training(), default));
            Assert.Contains(job.ToString(), refused.Message, StringComparison.Ordinal);
            var cancelled = trainer.CancelAsync(job, default);
            goOn.SetResult();
            await cancelled;
        }

        var status = await TrainingCluster.EndAsync(trainer, job);
        Assert.Equal(TrainingState.Cancelled, status.State);
        Assert.Empty(await cluster.Grains.GetGrain<IModelRegistryGrain>(site).ListAsync(default));
    }

    [Fact]
    public async Task Trials_ReadTheCustomersOnce_PublishNothing_AndSayWhatTheirSettingsAreWorth()
    {
        var site = await cluster.NewShopAsync(Customers);
        var trainer = cluster.Grains.GetGrain<ITrainerGrain>($"{site}:trial-0");
        var (reads, trial) = (0, Training() with { Purpose = TrainingPurpose.Trial, Promote = false, Watermark = cluster.Time.GetUtcNow() });
        using (cluster.Calls.On<ITrainingHistoryGrain>(nameof(ITrainingHistoryGrain.ReadAsync), call =>
        {
            Interlocked.Increment(ref reads);
            return call.Invoke();
        }))
        {
            var usual = await LossAsync(trial with { Settings = Settings("epochs=2") });
            var afterOne = reads;
            var hopeless = await LossAsync(trial with { Settings = Settings("epochs=2", "rate=0.00001") });
            Assert.True(usual < hopeless, $"{usual} against {hopeless}");
            Assert.Equal(usual, await LossAsync(trial with { Settings = Settings("epochs=2") }));
            Assert.Equal((true, afterOne), (afterOne > 0, reads));
        }

        Assert.Empty(await cluster.Grains.GetGrain<IModelRegistryGrain>(site).ListAsync(default));
        Assert.Equal(1, await trainer.CountTrialSlotsAsync(default));

        Task<double> LossAsync(TrainingRequest request) => TrainingCluster.LossAsync(trainer, request);
    }

    [Fact]
    public async Task TwoVersions_AreComparedOnTheHoldout_AndTheirCardsSayWhatWasSet()
    {
        var site = await cluster.NewShopAsync(Customers);
        var trainer = cluster.Grains.GetGrain<ITrainerGrain>(site);
        foreach (var settings in new[] { Settings("epochs=2"), Settings("epochs=1", "rate=0.00001") })
        {
            var trained = await cluster.RunAsync(site, Training() with { Settings = settings });
            Assert.True(trained.State == TrainingState.Done, trained.Failure);
        }

        Assert.Equal("1E-05", (string?)JsonNode.Parse(await trainer.GetCardAsync(2, default))!["settings"]!["rate"]);
        await Assert.ThrowsAsync<KeyNotFoundException>(() => trainer.GetCardAsync(3, default));
        var status = await cluster.RunAsync(site, new TrainingRequest(TrainingPurpose.Compare, null, TimeSpan.Zero, 1, Promote: false) { Versions = [1, 2] });
        Assert.True(status.State == TrainingState.Done, status.Failure);
        var compared = JsonNode.Parse(status.ResultJson!)!;
        Assert.InRange((int)compared["customers"]!, 1, Customers - Trained(site, Customers).Count);
        Assert.True((double)compared["logLossDifference"]!["mean"]! > 0);
        Assert.Equal((double)compared["second"]!["logLoss"]! - (double)compared["first"]!["logLoss"]!, (double)compared["logLossDifference"]!["mean"]!, 6);
    }

    [Fact]
    public async Task Status_OfAJobThatEndedWithItsSilo_SaysSo()
    {
        var trainer = cluster.Grains.GetGrain<ITrainerGrain>(cluster.NewSite());
        var exception = await Assert.ThrowsAsync<KeyNotFoundException>(() => trainer.GetStatusAsync(Guid.NewGuid(), 0, default));
        Assert.Contains("ended with its silo", exception.Message, StringComparison.Ordinal);
    }

    private static ImmutableSortedDictionary<string, string> Settings(params string[] settings) =>
        settings.Select(setting => setting.Split('=')).ToImmutableSortedDictionary(pair => pair[0], pair => pair[1]);

    private static List<string> Trained(string site, int customers) =>
        [.. Enumerable.Range(0, customers).Select(number => $"c{number}").Where(customer => !Holdout.Contains(site, customer))];

    private static TrainingRequest Training() => new(TrainingPurpose.Train, null, TimeSpan.FromDays(45), Seed: 1, Promote: true);
}
