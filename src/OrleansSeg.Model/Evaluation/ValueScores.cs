using System.Text.Json.Serialization;

namespace OrleansSeg.Model.Evaluation;

/// <summary>How well one forecaster told churn and spend, which need no segments.</summary>
/// <param name="Engine">What computed it.</param>
/// <param name="ChurnLogLoss">Mean negative log probability of buying no more or buying, among customers who had bought, in nats.</param>
/// <param name="ChurnAuroc">AUROC of the churn probability among them; null when either kind is absent.</param>
/// <param name="ChurnBrier">Mean squared distance of the churn probability from the truth among them.</param>
/// <param name="ChurnEce">Expected calibration error of the churn probability, 15 equal bins.</param>
/// <param name="SpendMae">Mean absolute error of the expected spend over all customers, in the site's currency.</param>
/// <param name="SpendRmse">Root of its mean squared error.</param>
/// <param name="SpendBias">All that was expected over all that was spent, less 1.</param>
/// <param name="Ci">95 % bootstrap interval of each figure, low then high.</param>
public sealed record ValueScores(
    string Engine,
    double ChurnLogLoss,
    double? ChurnAuroc,
    double ChurnBrier,
    double ChurnEce,
    double SpendMae,
    double SpendRmse,
    double? SpendBias,
    IReadOnlyDictionary<string, double[]> Ci)
{
    /// <summary>Each figure less our model's: the difference, and its 95 % interval from the same resamples; null for our model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, double[]>? AgainstModel { get; init; }

    /// <summary>How the intervals of the spend did; null for who gives none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IntervalScores? Interval { get; init; }
}

/// <summary>How intervals of the spend did among customers who had bought.</summary>
/// <param name="Wanted">Share that was to lie within.</param>
/// <param name="Covered">Share that did.</param>
/// <param name="Low">Low end of its 95 % interval, after the normal approximation.</param>
/// <param name="High">High end.</param>
/// <param name="WidthMedian">Median width, in the site's currency.</param>
/// <param name="CoveredByFifth">Share within, by fifths of the expected spend, the smallest first.</param>
public sealed record IntervalScores(double Wanted, double Covered, double Low, double High, double WidthMedian, IReadOnlyList<double> CoveredByFifth);
