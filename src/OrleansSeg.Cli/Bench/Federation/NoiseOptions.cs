using System.CommandLine;
using System.IO.Hashing;
using System.Text;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Federation.Privacy;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Cli.Bench.Federation;

/// <summary>The options of <c>bench federated</c> that measure what noise costs, and what an attacker learns with and without.</summary>
internal sealed class NoiseOptions
{
    private readonly Option<double[]> _noise = new("--noise")
    {
        Description = "Noise multipliers to train with once more, with customers as unit; tells epsilon, and how well an attacker knows who was trained on.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };

    private readonly Option<double> _clip = new("--customer-clip") { Description = "Norm that each customer's gradient is clipped to, for --noise.", DefaultValueFactory = _ => 1 };

    private readonly Option<int> _perStep = new("--customers-per-step") { Description = "Customers that a step draws on average, for --noise.", DefaultValueFactory = _ => 64 };

    private readonly Option<double> _delta = new("--delta") { Description = "The delta of epsilon, for --noise.", DefaultValueFactory = _ => 1e-5 };

    private readonly Option<double> _rate = new("--learning-rate") { Description = "Peak learning rate of the trainings with noise; 0.002 without.", DefaultValueFactory = _ => LocalOptions.NoisedLearningRate };

    private readonly Option<int?> _customers = new("--customers") { Description = "Customers to train on; default all. Few ones and many --local-epochs are learned by heart." };

    private readonly Option<int> _epochs = new("--local-epochs") { Description = "Passes over the examples in a round, 1 to 1,000.", DefaultValueFactory = _ => 1 };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _noise, _clip, _perStep, _delta, _rate, _customers, _epochs })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What the command line asks.</summary>
    /// <exception cref="UsageException">An option is out of its bounds.</exception>
    public NoiseSettings Read(ParseResult parsed) => new(
        parsed.GetValue(_noise)!,
        parsed.GetValue(_clip),
        parsed.GetValue(_perStep),
        parsed.GetValue(_delta),
        parsed.GetValue(_rate),
        parsed.GetValue(_customers),
        parsed.GetValue(_epochs) is >= 1 and <= 1_000 and var epochs ? epochs : throw new UsageException("--local-epochs must be 1 to 1,000."),
        IsAsked: parsed.GetResult(_noise) is { Implicit: false });
}

/// <summary>Noise to measure.</summary>
/// <param name="Multipliers">Standard deviations over the clip norm; perhaps none.</param>
/// <param name="ClipNorm">Norm that a customer's gradient is clipped to.</param>
/// <param name="CustomersPerStep">Customers that a step draws on average.</param>
/// <param name="Delta">The δ of epsilon.</param>
/// <param name="LearningRate">Peak learning rate with noise.</param>
/// <param name="Customers">Customers to train on; null for all.</param>
/// <param name="Epochs">Local epochs of every training.</param>
/// <param name="IsAsked">Whether models are attacked.</param>
internal sealed record NoiseSettings(
    IReadOnlyList<double> Multipliers, double ClipNorm, int CustomersPerStep, double Delta, double LearningRate, int? Customers, int Epochs, bool IsAsked)
{
    /// <summary>How trainers train: where few customers are to be learned by heart, with nothing against it.</summary>
    public LocalOptions Local => Customers is null
        ? new LocalOptions { Epochs = Epochs }
        : new LocalOptions { Epochs = Epochs, Network = new NetworkTrainingOptions { AveragingDecay = 0, WeightDecay = 0, BatchSize = 32 } };

    /// <summary>How they train with noise, whose steps are few: each one costs.</summary>
    public LocalOptions NoisedLocal => Local with { Network = Local.Network with { LearningRate = LearningRate } };

    /// <summary>One of the noises.</summary>
    public SimulatedNoise Of(double multiplier) => new(multiplier, ClipNorm, CustomersPerStep);

    /// <summary>The customers to train on, by a hash of their ids.</summary>
    public List<CustomerHistory> Some(IEnumerable<CustomerHistory> known, int seed) => Customers is not { } count
        ? [.. known]
        : [.. known.OrderBy(history => XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(history.CustomerId), seed)).Take(count)];
}

/// <summary>What noise cost and hid.</summary>
/// <param name="Epsilon">ε of all rounds, for the customer of whom they tell most; null without noise.</param>
/// <param name="Delta">Its δ.</param>
/// <param name="Attack">What an attacker learns of who was trained on.</param>
internal sealed record NoiseReport(double? Epsilon, double Delta, MembershipReport Attack);
