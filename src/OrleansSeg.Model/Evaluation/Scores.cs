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
/// <param name="Ci">95 % bootstrap interval of each figure, low then high.</param>
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
    IReadOnlyDictionary<string, double[]> Ci);
