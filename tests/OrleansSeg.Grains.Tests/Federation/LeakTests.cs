using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using OrleansSeg.Customers;
using OrleansSeg.Events;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Models;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>Training messages and the model store carry only updates and counts: what is planted in customers' data is found nowhere in them.</summary>
public sealed class LeakTests(TrainingCluster cluster) : IClassFixture<TrainingCluster>
{
    private const string InId = "canary-of-an-id-7f3a";
    private const string InItem = "canary-of-an-item-91c2";
    private const string InTitle = "Canaryoftitle Ceramicowlet";
    private const string InCategory = "canary-of-a-category-44d0";
    private const string InText = "canarysupporttext hushhush";
    private const string InAttribute = "canary-of-an-attribute-0b8e";
    private static readonly string[] Canaries = [InId, InItem, InTitle, InCategory, InText, InAttribute];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunOverCustomersWithCanaries_LeavesNoneInMessagesOrModelStore(bool isMasked)
    {
        string[] sites = isMasked ? [await cluster.NewShopAsync(400), await cluster.NewShopAsync(400)] : [await cluster.NewShopAsync(400)];
        for (var number = 0; number < 60; number++)
        {
            await PlantAsync(sites[number % sites.Length], number);
        }

        cluster.Jump(TimeSpan.FromMinutes(1));
        var messages = new ConcurrentBag<byte[]>();
        var serializer = cluster.Services.GetRequiredService<Serializer>();
        using var watched = cluster.Calls.On<IFederatedTrainerGrain>("AskAsync", async call =>
        {
            messages.Add(serializer.SerializeToArray(call.Request.GetArgument(0)));
            await call.Invoke();
            messages.Add(serializer.SerializeToArray(call.Result));
        });

        // Everything that was ever in the model store is still there to be scanned.
        using var kept = cluster.Calls.On<IBundleGrain>("RemoveAsync", _ => throw new IOException("kept for the scan"));
        var coordinator = cluster.Grains.GetGrain<IFederatedCoordinatorGrain>(isMasked ? "masked-canaries" : "canaries");
        await coordinator.StartAsync(
            new FederatedPlan
            {
                Sites = [.. sites], TrainersPerSite = 2, Rounds = 2, SecureAggregation = isMasked, UpdateClipNorm = isMasked ? 1 : 0, Horizon = TimeSpan.FromDays(60), DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1),
            },
            default);
        await cluster.DriveUntilAsync(
            async () => (await coordinator.GetStatusAsync(1, default))!.EndedAt is not null, TimeSpan.FromMilliseconds(500), "the run");
        var ended = await coordinator.GetStatusAsync(1, default);
        Assert.True(ended!.Phase == RunPhase.Done, ended.Outcome);

        var scanner = new LeakScanner(Canaries);
        var folder = cluster.Services.GetRequiredService<IModelStore>().LocalFolder;
        Assert.True(Directory.GetDirectories(folder).Length > 10);
        Assert.True(messages.Count > 20);
        Assert.Empty(scanner.ScanFolder(folder));
        Assert.Empty(messages.SelectMany(message => scanner.Scan("a message", message)));
        Assert.Empty(scanner.Scan("the run", serializer.SerializeToArray(ended)));

        // The same scan finds a canary in each of the two, once it is there.
        var planted = Path.Combine(Directory.GetDirectories(folder)[0], "planted");
        File.WriteAllText(planted, Convert.ToBase64String(Encoding.UTF8.GetBytes($"of {InText} here")));
        Assert.NotEmpty(scanner.ScanFolder(folder));
        File.Delete(planted);
        Assert.NotEmpty(scanner.Scan("a message", serializer.SerializeToArray(new StepReport(new StepKey(1, RunPhase.Training, 1), TrainerStepState.Failed, null, InId))));
    }

    private Task PlantAsync(string site, int number)
    {
        var now = cluster.Time.GetUtcNow();
        var events = Enumerable.Range(1, 12).Select(index => new BehaviourEvent
        {
            EventId = $"e{index}",
            Type = index % 4 == 0 ? EventType.SupportMessage : EventType.Purchase,
            Timestamp = now.AddDays(-20 * index),
            Item = InItem,
            Category = InCategory,
            Text = index % 4 == 0 ? InText : InTitle,
            Quantity = 1,
            UnitPrice = 9,
        });
        return cluster.Customer(site, $"{InId}-{number}").ImportAsync(
            new CustomerImport($"{InId}-{number}", [.. events], ImmutableDictionary<string, string>.Empty.Add("note", InAttribute)), default);
    }
}
