using System.Collections.Immutable;
using OrleansSeg.Model.Features;
using OrleansSeg.Segments;

namespace OrleansSeg.Inference;

/// <summary>A loaded model as the engine sees it. One batch at a time.</summary>
public interface IScoringModel : IDisposable
{
    /// <summary>The version in the site's registry.</summary>
    int Version { get; }

    /// <summary>Scores in the order of the inputs.</summary>
    IReadOnlyList<ModelScore> Score(IReadOnlyList<CustomerInput> inputs);

    /// <summary>Explains one score.</summary>
    SegmentExplanation Explain(string customer, CustomerInput input);
}

/// <summary>What a model says of one customer.</summary>
/// <param name="Segment">The chosen segment.</param>
/// <param name="Probabilities">One per segment of the scheme.</param>
/// <param name="ChurnProbability">Probability of no purchase within the horizon.</param>
/// <param name="ExpectedValue">Expected gross spend within the horizon.</param>
public sealed record ModelScore(
    string Segment, ImmutableArray<SegmentProbability> Probabilities, float ChurnProbability, float ExpectedValue);

/// <summary>The models in service on this silo.</summary>
public interface IServedModels
{
    /// <summary>Borrows the site's model for one batch; null when none is in service. Dispose the lease to give it back.</summary>
    ModelLease? Rent(string site);
}
