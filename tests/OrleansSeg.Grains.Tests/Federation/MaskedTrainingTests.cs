using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Work;
using OrleansSeg.Federation.Work.Masking;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Federation.Compression;
using OrleansSeg.Model.Federation.Rounds;
using OrleansSeg.Model.Federation.SecureAggregation;
using OrleansSeg.Model.Federation.SecureAggregation.Server;
using OrleansSeg.Models;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>Real customers, the real network, masked updates: the model is that of a run in the clear, and what lies in the store tells of nobody's update.</summary>
public sealed class MaskedTrainingTests(TrainingCluster cluster) : IClassFixture<TrainingCluster>
{
    private const double ClipNorm = 0.2;

    private string Folder => cluster.Services.GetRequiredService<IModelStore>().LocalFolder;

    private RunBundles Bundles => cluster.Services.GetRequiredService<RunBundles>();

    [Theory]
    [InlineData("fedavg")]
    [InlineData("fedprox")]
    [InlineData("fedavgm")]
    [InlineData("fedadam")]
    [InlineData("fedyogi")]
    public async Task MaskedRun_MakesTheModelOfAClearOne_AndWhatItStoresTellsOfNobody(string strategy)
    {
        string[] sites = [await cluster.NewShopAsync(300), await cluster.NewShopAsync(200)];
        cluster.Jump(TimeSpan.FromMinutes(1));
        var plan = new FederatedPlan
        {
            Sites = [.. sites], TrainersPerSite = 2, Rounds = 2, Seed = 7, Strategy = strategy, UpdateClipNorm = ClipNorm, Promote = false, Horizon = TimeSpan.FromDays(60),
            DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1),
        };
        using var kept = cluster.Calls.On<IBundleGrain>("RemoveAsync", _ => throw new IOException("kept for the test"));
        var start = Bundled();
        var clear = await RunAsync($"clear-{strategy}", plan);
        var (updates, between) = (UpdatesIn(Bundled().Except(start)), Bundled());
        var masked = await RunAsync($"masked-{strategy}", plan with { SecureAggregation = true });

        foreach (var (one, other) in clear.Rounds.Zip(masked.Rounds))
        {
            Assert.Equal(plan.Trainers.ToArray(), other.Reporters);
            Assert.Equal(one.Metrics.Keys, other.Metrics.Keys);
            Assert.Equal(one.Metrics["examples"], other.Metrics["examples"]);
            Assert.All(one.Metrics, metric => Assert.Equal(metric.Value, other.Metrics[metric.Key], 1e-4));
            var (expected, actual) = ((await Bundles.ReadAsync(one.Model, default)).Weights!, (await Bundles.ReadAsync(other.Model, default)).Weights!);

            // The sum is rounded to fixed point; the rounds after it train on from there, and adaptive steps make more of it.
            Assert.InRange(expected.Zip(actual, (x, y) => Math.Abs(x - y)).Max(), 0, 2e-4);
        }

        Assert.Equal(clear.Outcome, masked.Outcome);
        Assert.Equal(clear.Versions.Keys, masked.Versions.Keys);
        var models = await Task.WhenAll(sites.Select(site => cluster.Grains.GetGrain<IModelRegistryGrain>(site).ListAsync(default)));
        Assert.All(models, listed => Assert.Equal(listed[0].InService, listed[1].InService));

        // Updates were clipped, and one in the clear tells whose it is: the same eyes see nothing of it in any masked vector.
        Assert.Equal(8, updates.Count);
        Assert.All(updates, update => Assert.Equal(ClipNorm, UpdateClipping.Norm(update), 1e-6));
        var vectors = await VectorsInAsync(Bundled().Except(between), updates[0].Length);
        Assert.Equal(8, vectors.Count);
        var bound = 5 / Math.Sqrt(updates[0].Length);
        var encoding = new UpdateEncoding(updates[0].Length, ClipNorm, 4, 3);
        foreach (var update in updates)
        {
            Assert.InRange(Correlation(update, encoding.Encode(new TrainerUpdate("eyes", update, 1, 1), RandomNumberGenerator.Create())), 0.99, 1.01);
            Assert.All(vectors, vector => Assert.InRange(Correlation(update, vector), -bound, bound));
        }

        Assert.All(vectors, vector => Assert.InRange(UpperByteChi(vector), 150, 370)); // 255 degrees of freedom
    }

    [Fact]
    public async Task NoiseThatHidesSites_IsAddedByTrainers_AsMuchAsTheCoordinatorWouldAdd()
    {
        string[] sites = [await cluster.NewShopAsync(300), await cluster.NewShopAsync(200)];
        cluster.Jump(TimeSpan.FromMinutes(1));
        var plan = new FederatedPlan
        {
            Sites = [.. sites], TrainersPerSite = 2, Rounds = 1, Seed = 7, UpdateClipNorm = ClipNorm, Promote = false, Horizon = TimeSpan.FromDays(60),
            DeadlineMin = TimeSpan.FromHours(1), DeadlineMax = TimeSpan.FromDays(1), Privacy = new() { Unit = ProtectedUnit.Trainer, NoiseMultiplier = 1e-5 },
        };
        var quiet = await RunAsync("hidden-quiet", plan);
        var loud = await RunAsync("hidden-masked", plan with { SecureAggregation = true, Privacy = plan.Privacy with { NoiseMultiplier = 0.5 } });
        Assert.Equal(ProtectedUnit.Trainer, loud.Privacy!.Unit);
        var (expected, actual) = ((await Bundles.ReadAsync(quiet.Rounds[0].Model, default)).Weights!, (await Bundles.ReadAsync(loud.Rounds[0].Model, default)).Weights!);

        // Four shares are there and three would do; the mean is a fourth of the sum.
        var deviation = 0.5 * ClipNorm * Math.Sqrt(4 / 3.0) / 4;
        Assert.Equal(deviation, Math.Sqrt(expected.Zip(actual, (x, y) => (double)(x - y) * (x - y)).Average()), deviation / 50);
        Assert.Equal(4, loud.Rounds[0].Metrics["examples"]);
    }

    private HashSet<string> Bundled() => Directory.Exists(Folder) ? [.. Directory.GetDirectories(Folder).Select(folder => Path.GetFileName(folder)!)] : [];

    private List<float[]> UpdatesIn(IEnumerable<string> bundles) =>
        [.. bundles.Select(bundle => Path.Combine(Folder, bundle, "delta.bin")).Where(File.Exists).Select(File.ReadAllBytes).Select(bytes => UpdateFrame.Read(bytes, BitConverter.ToInt32(bytes, 2)))];

    private async Task<List<ulong[]>> VectorsInAsync(IEnumerable<string> bundles, int length)
    {
        var vectors = new List<ulong[]>();
        foreach (var bundle in bundles.Where(bundle => File.Exists(Path.Combine(Folder, bundle, "exchange.json"))))
        {
            var exchange = await Bundles.ReadExchangeAsync(bundle, default);
            Assert.Equal(exchange.Server is CollectingReveals, exchange.Inputs.Length > 0);
            foreach (var (trainer, output) in exchange.Inputs)
            {
                vectors.Add(RingVector.FromBytes((await Bundles.ReadMaskedAsync(trainer, output, default)).Vector.AsSpan(0, length * sizeof(ulong)), length, 64));
            }
        }

        return vectors;
    }

    private static double Correlation(float[] update, ulong[] vector)
    {
        var (x, y) = (Array.ConvertAll(update, value => (double)value), Array.ConvertAll(vector[..update.Length], value => (double)unchecked((long)value)));
        var (meanX, meanY) = (x.Average(), y.Average());
        var (both, squaresX, squaresY) = (0.0, 0.0, 0.0);
        for (var i = 0; i < x.Length; i++)
        {
            both += (x[i] - meanX) * (y[i] - meanY);
            squaresX += (x[i] - meanX) * (x[i] - meanX);
            squaresY += (y[i] - meanY) * (y[i] - meanY);
        }

        return both / Math.Sqrt(squaresX * squaresY);
    }

    private static double UpperByteChi(ulong[] vector)
    {
        var bins = new int[256];
        foreach (var element in vector)
        {
            bins[element >> 56]++;
        }

        var expected = vector.Length / 256.0;
        return bins.Sum(count => (count - expected) * (count - expected) / expected);
    }

    private async Task<RunStatus> RunAsync(string federation, FederatedPlan plan)
    {
        var coordinator = cluster.Grains.GetGrain<IFederatedCoordinatorGrain>(federation);
        await coordinator.StartAsync(plan, default);
        RunStatus? status = null;
        await cluster.DriveUntilAsync(
            async () => (status = await coordinator.GetStatusAsync(1, default))!.EndedAt is not null, TimeSpan.FromMilliseconds(500), $"{federation}: {status}");
        Assert.True(status!.Phase == RunPhase.Done, status.Outcome);
        return status;
    }
}
