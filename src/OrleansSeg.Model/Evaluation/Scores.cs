namespace OrleansSeg.Model.Evaluation;

/// <summary>How well one forecaster did on one test set.</summary>
/// <param name="Engine">What computed it, such as <c>LightGBM</c>.</param>
/// <param name="Accuracy">Share of segments decided right.</param>
/// <param name="MacroF1">Mean F1 over the scheme's segments.</param>
/// <param name="MacroAuroc">Mean one-versus-rest AUROC over segments present.</param>
/// <param name="LogLoss">Mean negative log probability of the truth, in nats.</param>
/// <param name="ChurnAuroc">AUROC of the churn probability among customers who had bought; null when either kind is absent.</param>
/// <param name="Ece">Expected calibration error of the most probable segment, 15 equal bins.</param>
/// <param name="PerClass">Figures per segment.</param>
/// <param name="Confusion">Counts, true segment by decided segment, in the order of the labels.</param>
/// <param name="Ci">95 % bootstrap interval of each figure that there is, low then high.</param>
/// <remarks>What is not a parameter is null where only sums are known, as of a federated run, and in older cards.</remarks>
public sealed record Scores(
    string Engine,
    double Accuracy,
    double MacroF1,
    double MacroAuroc,
    double LogLoss,
    double? ChurnAuroc,
    double Ece,
    IReadOnlyDictionary<string, ClassMetrics> PerClass,
    int[][] Confusion,
    IReadOnlyDictionary<string, double[]> Ci)
{
    /// <summary>Mean squared distance of the segment probabilities from the truth, summed over segments: 0 to 2 (Brier 1950).</summary>
    public double? Brier { get; init; }

    /// <summary>Mean squared distance of the churn probability from the truth, among customers who had bought: 0 to 1.</summary>
    public double? ChurnBrier { get; init; }

    /// <summary>Expected calibration error of the churn probability, 15 equal bins.</summary>
    public double? ChurnEce { get; init; }

    /// <summary>How many times as many lapse among the tenth with the highest churn probability as among all who had bought.</summary>
    public double? ChurnLift { get; init; }

    /// <summary>Share of all that was spent in the horizon that the tenth with the highest expected spend spent.</summary>
    public double? SpendCaptured { get; init; }

    /// <summary>The most probable segment's probability beside how often it came true.</summary>
    public IReadOnlyList<ReliabilityBin>? Reliability { get; init; }

    /// <summary>The churn probability beside the share that lapsed.</summary>
    public IReadOnlyList<ReliabilityBin>? ChurnReliability { get; init; }

    /// <summary>Share of those who lapse that the highest churn probabilities find.</summary>
    public IReadOnlyList<GainPoint>? ChurnGain { get; init; }

    /// <summary>Share of all spend in the horizon that the highest expected spends find.</summary>
    public IReadOnlyList<GainPoint>? SpendGain { get; init; }
}
