namespace OrleansSeg.Model.Federation.Aggregation;

/// <summary>A round's updates, checked and in ordinal order of trainers, so that sums do not hang on the order of arrival.</summary>
/// <remarks>Sums are taken in double: with fewer than 2^29 examples at a trainer each product is exact, and only additions round.</remarks>
internal sealed class RoundUpdates
{
    private readonly TrainerUpdate[] _updates;
    private readonly int _length;

    private RoundUpdates(TrainerUpdate[] updates, int length) => (_updates, _length) = (updates, length);

    /// <summary>Examples of all updates.</summary>
    public double Examples => _updates.Sum(update => (double)update.Examples);

    /// <summary>Trainers that reported.</summary>
    public int Count => _updates.Length;

    /// <summary>Checks the updates and puts them in order.</summary>
    /// <param name="length">Weights of the model (P).</param>
    /// <param name="updates">In any order.</param>
    /// <param name="trainerCount">Trainers of the run.</param>
    /// <param name="controlled">Whether every update must carry a control variate's change.</param>
    /// <exception cref="ArgumentException">There is no update or more than trainers, or one does not fit; the message names its trainer.</exception>
    public static RoundUpdates Check(int length, IReadOnlyList<TrainerUpdate> updates, int trainerCount, bool controlled = false)
    {
        ArgumentNullException.ThrowIfNull(updates);
        if (updates.Count == 0 || updates.Count > trainerCount)
        {
            throw new ArgumentException($"A round of {trainerCount} trainers has {updates.Count} updates; 1 to {trainerCount} are possible.", nameof(updates));
        }

        var ordered = updates.OrderBy(update => update.Trainer, StringComparer.Ordinal).ToArray();
        for (var i = 0; i < ordered.Length; i++)
        {
            var fault = i > 0 && ordered[i].Trainer == ordered[i - 1].Trainer ? "sent two updates" : FaultIn(ordered[i], length, controlled);
            if (fault is not null)
            {
                throw new ArgumentException($"Trainer '{ordered[i].Trainer}' {fault}.", nameof(updates));
            }
        }

        return new RoundUpdates(ordered, length);
    }

    /// <summary>(P) the mean of what trainers learned, weighted by examples.</summary>
    public double[] MeanDelta() => Mean(update => update.Delta, update => update.Examples, Examples);

    /// <summary>(P) the sum of a vector of each update times its share, over a divisor.</summary>
    public double[] Mean(Func<TrainerUpdate, float[]> vector, Func<TrainerUpdate, double> share, double divisor)
    {
        var sums = new double[_length];
        foreach (var update in _updates)
        {
            var (values, weight) = (vector(update), share(update));
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += weight * values[i];
            }
        }

        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] /= divisor;
        }

        return sums;
    }

    private static string? FaultIn(TrainerUpdate update, int length, bool controlled) => update switch
    {
        { Delta.Length: var sent } when sent != length => $"sent {sent} weights of a model of {length}",
        { Examples: < 1 } => $"reports {update.Examples} examples; at least 1 is needed",
        { Steps: < 1 } => $"reports {update.Steps} steps; at least 1 is needed",
        { ControlDelta: null } when controlled => "sent no change of its control variate",
        { ControlDelta.Length: var sent } when controlled && sent != length => $"sent a control variate of {sent} numbers for a model of {length}",
        _ => null,
    };
}
