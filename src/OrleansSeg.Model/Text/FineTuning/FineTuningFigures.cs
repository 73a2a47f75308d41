namespace OrleansSeg.Model.Text.FineTuning;

/// <summary>What a fine-tuning took.</summary>
/// <param name="TrainedWeights">Numbers that were trained.</param>
/// <param name="AllWeights">Numbers of the encoder, its head and its adapter.</param>
/// <param name="Took">Time of the training.</param>
/// <param name="Validation">The best epoch's score; NaN without validation.</param>
public sealed record FineTuningFigures(long TrainedWeights, long AllWeights, TimeSpan Took, double Validation)
{
    private const int BytesPerTrained = 3 * sizeof(float);

    /// <summary>Trained numbers over all.</summary>
    public double TrainedShare => (double)TrainedWeights / AllWeights;

    /// <summary>Bytes of gradients and of the optimizer's two moments, which only trained numbers have.</summary>
    public long TrainingBytes => TrainedWeights * BytesPerTrained;
}
