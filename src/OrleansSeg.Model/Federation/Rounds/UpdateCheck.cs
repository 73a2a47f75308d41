namespace OrleansSeg.Model.Federation.Rounds;

/// <summary>Refuses updates that would spoil the global weights. Where the server cannot see updates, trainers clip them: <see cref="UpdateClipping"/>.</summary>
/// <param name="Length">Weights of the model (P).</param>
/// <param name="NormMax">Largest Euclidean norm of a change; above 0, infinity for no bound.</param>
public sealed record UpdateCheck(int Length, double NormMax)
{
    /// <summary>Whether updates must carry a control variate's change.</summary>
    public bool Controlled { get; init; }

    /// <summary>Largest Euclidean norm of a control variate's change.</summary>
    /// <value>Default infinity: no bound.</value>
    public double ControlNormMax { get; init; } = double.PositiveInfinity;

    /// <summary>Most examples that a trainer can have, so that none outweighs the others by a false count.</summary>
    /// <value>Default no bound.</value>
    public long ExamplesMax { get; init; } = long.MaxValue;

    /// <summary>The first fault of an update; null for a sound one. One pass over its numbers.</summary>
    public UpdateRefusal? Refuse(TrainerUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        return update switch
        {
            { Delta.Length: var length } when length != Length => Refusal(UpdateFault.WrongLength, $"sent {length} weights of a model of {Length}"),
            { Examples: < 1 } => Refusal(UpdateFault.Examples, $"reports {update.Examples} examples; at least 1 is needed"),
            { Examples: var examples } when examples > ExamplesMax =>
                Refusal(UpdateFault.Examples, $"reports {examples} examples; at most {ExamplesMax} are possible"),
            { Steps: < 1 } => Refusal(UpdateFault.NoSteps, $"reports {update.Steps} steps; at least 1 is needed"),
            { ControlDelta: null } when Controlled => Refusal(UpdateFault.NoControl, "sent no change of its control variate"),
            { ControlDelta.Length: var length } when Controlled && length != Length =>
                Refusal(UpdateFault.WrongLength, $"sent a control variate of {length} numbers for a model of {Length}"),
            _ => RefuseNumbers(update.Delta, NormMax, "change")
                ?? (Controlled ? RefuseNumbers(update.ControlDelta!, ControlNormMax, "control variate's change") : null),
        };

        UpdateRefusal? RefuseNumbers(float[] values, double normMax, string what)
        {
            var bad = values.AsSpan().IndexOfFirstNotFinite();
            if (bad >= 0)
            {
                return Refusal(UpdateFault.NotFinite, $"sent a {what} with {values[bad]} at {bad}");
            }

            var norm = UpdateClipping.Norm(values);
            return norm > normMax ? Refusal(UpdateFault.NormTooLarge, $"sent a {what} of norm {norm:G4}; at most {normMax:G4} is allowed") : null;
        }

        UpdateRefusal Refusal(UpdateFault fault, string what) => new(update.Trainer, fault, $"Trainer '{update.Trainer}' {what}.");
    }
}
