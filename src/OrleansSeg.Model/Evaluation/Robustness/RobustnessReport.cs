using OrleansSeg.Model.Evaluation.Rolling;

namespace OrleansSeg.Model.Evaluation.Robustness;

/// <summary>What a robustness comparison found.</summary>
/// <param name="Cutoff">The test cutoff.</param>
/// <param name="HorizonDays">How far after it labels look, in days.</param>
/// <param name="Seed">Seed of the fits.</param>
/// <param name="TestCustomers">Customers tested.</param>
/// <param name="Inputs">The whole input first, then each with something missing; last the older model on the whole input, where there was one.</param>
/// <param name="Absent">Channels that the data do not have.</param>
/// <param name="NoOlderModel">Why there is no older model; null where there is.</param>
public sealed record RobustnessReport(
    DateTimeOffset Cutoff, double HorizonDays, int Seed, int TestCustomers, IReadOnlyList<ChannelScores> Inputs, IReadOnlyList<string> Absent, string? NoOlderModel);

/// <summary>How a model did on one kind of input.</summary>
/// <param name="Input">What was missing, or <c>whole</c>.</param>
/// <param name="LogLoss">In nats.</param>
/// <param name="ChurnAuroc">Null where only one kind was there.</param>
/// <param name="MacroF1">With weights fitted on whole inputs.</param>
/// <param name="Difference">Its log loss less that of the whole input, customer by customer; null for the whole.</param>
public sealed record ChannelScores(string Input, double LogLoss, double? ChurnAuroc, double MacroF1, PairedDifference? Difference);
