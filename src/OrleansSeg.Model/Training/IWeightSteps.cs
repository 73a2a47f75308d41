namespace OrleansSeg.Model.Training;

/// <summary>An optimizer: how weights follow their gradients.</summary>
internal interface IWeightSteps : IDisposable
{
    /// <summary>Takes a step along the gradients; weights without one stay.</summary>
    /// <param name="rate">Learning rate of the step, before each group's share.</param>
    void Step(double rate);

    /// <summary>Forgets the gradients.</summary>
    void ZeroGradients();
}
