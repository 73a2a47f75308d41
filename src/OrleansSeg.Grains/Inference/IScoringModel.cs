using System.Collections.Immutable;
using OrleansSeg.Model.Features;
using OrleansSeg.Segments;

namespace OrleansSeg.Inference;

/// <summary>A loaded model as the engine sees it. It scores one batch at a time, and explains one customer at a time beside it.</summary>
public interface IScoringModel : IDisposable
{
    /// <summary>The version in the site's registry.</summary>
    int Version { get; }

    /// <summary>Does what can be done before the device is free, such as encoding and padding; disposed after the batch.</summary>
    /// <remarks>Runs on another thread while the batch before is scored. By default there is nothing to do.</remarks>
    PreparedInputs Prepare(IReadOnlyList<CustomerInput> inputs) => new(inputs);

    /// <summary>Scores in the order of the inputs.</summary>
    IReadOnlyList<ModelScore> Score(IReadOnlyList<CustomerInput> inputs);

    /// <summary>Scores what <see cref="Prepare"/> made, in the order of its inputs.</summary>
    IReadOnlyList<ModelScore> Score(PreparedInputs prepared) => Score(prepared.Inputs);

    /// <summary>Explains one score. Runs on another thread than scoring, at the same time.</summary>
    /// <param name="customer">The customer's id.</param>
    /// <param name="input">What the score is of.</param>
    /// <param name="lifetime">The facts behind it, to try what would change the decision; null for none.</param>
    SegmentExplanation Explain(string customer, CustomerInput input, LifetimeAggregates? lifetime);
}

/// <summary>A batch's inputs, ready for the model that prepared them; models derive their own.</summary>
public class PreparedInputs(IReadOnlyList<CustomerInput> inputs) : IDisposable
{
    /// <summary>The inputs.</summary>
    public IReadOnlyList<CustomerInput> Inputs => inputs;

    /// <inheritdoc />
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what was made of the inputs.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>What a model says of one customer.</summary>
/// <param name="Segment">The chosen segment.</param>
/// <param name="Probabilities">One per segment of the scheme.</param>
/// <param name="ChurnProbability">Probability of no purchase within the horizon.</param>
/// <param name="ExpectedValue">Expected gross spend within the horizon.</param>
public sealed record ModelScore(
    string Segment, ImmutableArray<SegmentProbability> Probabilities, float ChurnProbability, float ExpectedValue)
{
    /// <summary>Low end of the interval that a past buyer's spend lies in; null for none.</summary>
    public float? ExpectedValueLow { get; init; }

    /// <summary>High end of it.</summary>
    public float? ExpectedValueHigh { get; init; }
}

/// <summary>The models in service on this silo.</summary>
public interface IServedModels
{
    /// <summary>Borrows the site's model for one batch; null when none is in service. Dispose the lease to give it back.</summary>
    ModelLease? Rent(string site);
}
