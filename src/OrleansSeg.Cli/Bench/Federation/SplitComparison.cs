using System.Diagnostics;
using System.Globalization;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Federation.Privacy;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Cli.Bench.Federation;

/// <summary>Trains on the same customers at one place and split into sites, and measures on the same customers that no training saw.</summary>
internal sealed class SplitComparison(IReadOnlyList<CustomerHistory> histories, FederatedBenchSettings settings, Action<string> say)
{
    private const string Central = "central";
    private const double TargetShare = 1.01;
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(90);

    /// <summary>Runs every training, one after another.</summary>
    public async Task<FederatedBenchReport> RunAsync(CancellationToken cancellationToken)
    {
        var test = histories.Where(IsTest).ToList();
        var known = settings.Noise.Some(histories.Where(history => !IsTest(history)), settings.Seed);
        var split = await SplitAsync(known, cancellationToken);
        var bySite = known.ToLookup(history => NameOf(split.SiteOf(history)));
        var testBySite = test.ToLookup(history => NameOf(split.SiteOf(history)));
        var central = await TrainAsync(TrainingVariant.Plain(Central), false, new Dictionary<string, HistorySource> { [Central] = Source(known) }, testBySite, cancellationToken);
        var target = TargetShare * central.ValidationLosses.Min();
        var runs = new List<FederatedBenchRun> { Reached(central) };
        foreach (var variant in settings.Variants)
        {
            var sites = bySite.ToDictionary(site => site.Key, site => Source([.. site]));
            var clear = await TrainAsync(variant, false, sites, testBySite, cancellationToken);
            runs.Add(Reached(clear));
            if (settings.Masked && !variant.Strategy.UsesControlVariates && !variant.Compressor.Lossy)
            {
                var masked = await TrainAsync(variant with { Name = $"{variant.Name} masked" }, true, sites, testBySite, cancellationToken);
                runs.Add(Reached(masked with { BytesRatio = (double)masked.BytesPerRound / clear.BytesPerRound, SecondsRatio = masked.Seconds / clear.Seconds }));
            }

            foreach (var multiplier in settings.Noise.Multipliers)
            {
                var noised = variant with { Name = string.Create(CultureInfo.InvariantCulture, $"{variant.Name}, noise {multiplier}") };
                runs.Add(Reached(await TrainAsync(noised, false, sites, testBySite, cancellationToken, settings.Noise.Of(multiplier))));
            }
        }

        return new FederatedBenchReport(
            "federated", settings.Seed, settings.Split, settings.Alpha, settings.Rounds, bySite.ToDictionary(site => site.Key, site => site.Count()), test.Count, runs);

        FederatedBenchRun Reached(FederatedBenchRun run) =>
            run with { RoundsToTarget = run.ValidationLosses.ToList().FindIndex(loss => loss <= target) is >= 0 and var at ? at + 1 : null };
    }

    private async Task<FederatedBenchRun> TrainAsync(
        TrainingVariant variant,
        bool isMasked,
        Dictionary<string, HistorySource> sites,
        ILookup<string, CustomerHistory> test,
        CancellationToken cancellationToken,
        SimulatedNoise? noise = null)
    {
        var (clock, name) = (Stopwatch.StartNew(), variant.Name);
        var plan = new SimulationPlan
        {
            Data = new TrainingPlan { Horizon = Horizon, Seed = settings.Seed }, Strategy = variant.Strategy, Scope = variant.Scope, Compressor = variant.Compressor, Rounds = settings.Rounds,
            UpdateClipNorm = name == Central ? 0 : settings.UpdateClipNorm, SecureAggregation = isMasked,
            Noise = noise, Local = noise is null ? settings.Noise.Local : settings.Noise.NoisedLocal,
        };
        var trained = await FederatedSimulation.RunAsync(sites, plan, new Told(name, say), cancellationToken);
        var seconds = clock.Elapsed.TotalSeconds;
        var scores = new SortedDictionary<string, ScoreSums>(StringComparer.Ordinal);
        foreach (var site in test)
        {
            var model = trained.Models.GetValueOrDefault(site.Key) ?? trained.Models.Values.First();
            var examples = await new LocalData("test", Source([.. site])).ReadAsync(trained.Data, trained.Schemes.Model, cancellationToken);
            scores[site.Key] = HoldoutScores.Of(model, examples.Validation);
        }

        var privacy = settings.Noise.IsAsked && name != Central ? await MembershipAsync(trained, sites, test, cancellationToken) : null;
        foreach (var model in trained.Models.Values)
        {
            model.Dispose();
        }

        var all = ScoreSums.Merge(scores.Values);
        var worst = scores.MaxBy(site => site.Value.LogLoss);
        say(string.Create(CultureInfo.InvariantCulture, $"{name}: log loss {all.LogLoss:F4}, churn AUROC {all.ChurnAuroc:F4}, {seconds:F0} s"));
        return new FederatedBenchRun(
            name, all.LogLoss, all.ChurnAuroc, all.MacroF1, worst.Key, worst.Value.LogLoss, worst.Value.ChurnAuroc, trained.ValidationLosses,
            name == Central ? 0 : trained.Bytes / settings.Rounds, null, Math.Round(seconds, 1))
        {
            Privacy = privacy,
        };
    }

    /// <summary>Attacks the model of each site, and counts what noise has bounded: members are those it trained on, others the test customers, all at the same cutoffs.</summary>
    private async Task<NoiseReport> MembershipAsync(
        SimulationResult trained, Dictionary<string, HistorySource> sites, ILookup<string, CustomerHistory> test, CancellationToken cancellationToken)
    {
        var (members, others) = (new List<double>(), new List<double>());
        foreach (var (site, model) in trained.Models)
        {
            var scheme = trained.Schemes.BySite[site];
            var own = await new LocalData(site, sites[site]).ReadAsync(trained.Data, scheme, cancellationToken);
            members.AddRange(MembershipInference.LossesOf(model, own.Training));
            var strangers = await new LocalData(site, Source([.. test[site]])).ReadAsync(trained.Data, scheme, cancellationToken);
            others.AddRange(MembershipInference.LossesOf(model, strangers.Training));
        }

        var attack = MembershipInference.Attack(members, others, 200, new Random(settings.Seed));
        var epsilon = trained.Spent?.At(settings.Noise.Delta).Epsilon;
        say(string.Create(CultureInfo.InvariantCulture, $"  epsilon {epsilon}, advantage {attack.Advantage:F4} [{attack.AdvantageInterval[0]:F4}, {attack.AdvantageInterval[1]:F4}], AUROC {attack.Auroc:F4}"));
        return new NoiseReport(epsilon, settings.Noise.Delta, attack);
    }

    private async Task<SiteSplit> SplitAsync(List<CustomerHistory> known, CancellationToken cancellationToken)
    {
        switch (settings.Split)
        {
            case "country":
                var counts = known.GroupBy(SiteSplit.Attribute("country")).ToDictionary(group => group.Key, group => (long)group.Count());
                return SiteSplit.ByAttribute(settings.Sites, "country", counts);
            case "labels":
                var span = await new LocalData(Central, Source(known)).MeasureAsync(cancellationToken);
                var plan = DataPlan.Of(span, new TrainingPlan { Horizon = Horizon, Seed = settings.Seed });
                return SiteSplit.Skewed(settings.Sites, settings.Alpha, SiteSplit.LabelAt(plan.TrainingCutoffs[^1], Horizon, decimal.MaxValue), settings.Seed);
            default:
                return SiteSplit.Even(settings.Sites, settings.Seed);
        }
    }

    // A fifth, drawn as holdouts are, by names that no site has.
    private static bool IsTest(CustomerHistory history) => Holdout.Contains("(test 1)", history.CustomerId) || Holdout.Contains("(test 2)", history.CustomerId);

    private static string NameOf(int site) => string.Create(CultureInfo.InvariantCulture, $"site-{site + 1}");

    private static HistorySource Source(IReadOnlyList<CustomerHistory> some) => _ => some.ToAsyncEnumerable();

    private sealed class Told(string name, Action<string> say) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => say(string.Create(
            CultureInfo.InvariantCulture, $"{name}: {value.Stage} {value.Step} of {value.StepCount}, training {value.TrainingLoss:F4}, validation {value.ValidationLoss:F4}"));
    }
}
