using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Federation.Aggregation;

namespace OrleansSeg.Model.Tests.Federation.Aggregation;

/// <summary>Trainers that disagree: each has the loss ½ Σ a (x - b)² with a and b of its own, and descends it by several exact local steps.</summary>
internal sealed class QuadraticTrainers
{
    public const double LearningRate = 0.1;

    private static readonly (string Name, long Examples, double[] Steepness, double[] Target)[] Trainers =
    [
        ("athens", 100, [4, 0.5], [1, -2]),
        ("bergen", 300, [0.5, 3], [5, 4]),
        ("cork", 600, [1, 1], [-3, 0]),
    ];

    private readonly int _steps;
    private readonly Dictionary<string, float[]> _controls = Trainers.ToDictionary(trainer => trainer.Name, _ => new float[2]);

    public QuadraticTrainers(int steps = 10) => _steps = steps;

    public static long ExamplesTotal => Trainers.Sum(trainer => trainer.Examples);

    /// <summary>Where the gradient of all trainers' losses vanishes.</summary>
    public static double[] Optimum(bool byExamples) => Balance(byExamples, steepness => steepness);

    /// <summary>Where averaging settles, in closed form: local steps shrink the distance to each target by (1 - rate a)^steps.</summary>
    public double[] AverageSettles() => Balance(byExamples: true, steepness => 1 - Math.Pow(1 - (LearningRate * steepness), _steps));

    /// <summary>The weights after <paramref name="rounds"/> rounds.</summary>
    /// <param name="strategy">What aggregates.</param>
    /// <param name="rounds">How many.</param>
    /// <param name="absent">Whether the trainer of this index sits out a round.</param>
    public float[] Play(IAggregationStrategy strategy, int rounds, Func<int, int, bool>? absent = null)
    {
        var last = new AggregatedRound([0, 0], strategy.Start(2));
        for (var round = 0; round < rounds; round++)
        {
            var updates = Enumerable.Range(0, Trainers.Length).Where(n => absent?.Invoke(round, n) != true).Select(n => Train(n, last, strategy)).ToList();
            last = strategy.Aggregate(last.Weights, last.State, updates, Trainers.Length);
        }

        return last.Weights;
    }

    public static double Distance(float[] weights, double[] point) => Math.Sqrt(weights.Zip(point, (x, y) => (x - y) * (x - y)).Sum());

    private TrainerUpdate Train(int n, AggregatedRound last, IAggregationStrategy strategy)
    {
        var (name, examples, steepness, target) = Trainers[n];
        var server = strategy.UsesControlVariates ? Scaffold.Control(last.State, 2) : [];
        var rule = new LocalRule(strategy.ProximalWeight, strategy.UsesControlVariates ? ScaffoldTrainer.Correction(server, _controls[name]) : null);
        var trained = last.Weights.ToArray();
        for (var i = 0; i < trained.Length; i++)
        {
            double x = trained[i];
            for (var step = 0; step < _steps; step++)
            {
                x -= LearningRate * ((steepness[i] * (x - target[i])) + (rule.ProximalWeight * (x - last.Weights[i])) + (rule.Correction?[i] ?? 0));
            }

            trained[i] = (float)x;
        }

        float[] delta = [.. trained.Zip(last.Weights, (now, before) => now - before)];
        if (!strategy.UsesControlVariates)
        {
            return new TrainerUpdate(name, delta, examples, _steps);
        }

        var change = ScaffoldTrainer.After(last.Weights, trained, _steps, LearningRate, _controls[name], server);
        _controls[name] = change.Control;
        return new TrainerUpdate(name, delta, examples, _steps, change.Delta);
    }

    private static double[] Balance(bool byExamples, Func<double, double> pull) =>
        [.. Enumerable.Range(0, 2).Select(i => Trainers.Sum(t => Share(t.Examples, byExamples) * pull(t.Steepness[i]) * t.Target[i])
            / Trainers.Sum(t => Share(t.Examples, byExamples) * pull(t.Steepness[i])))];

    private static double Share(long examples, bool byExamples) => byExamples ? examples : 1;
}
