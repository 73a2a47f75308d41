using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Segments;

namespace OrleansSeg.Model.Training;

/// <summary>Everything that fitting and testing need, read and labelled.</summary>
/// <param name="Data">What was read.</param>
/// <param name="Split">Which cutoffs went where.</param>
/// <param name="Training">Examples to fit.</param>
/// <param name="Validation">Later examples that stop, tune and calibrate.</param>
/// <param name="Test">Still later examples to report, or null.</param>
/// <param name="DroppedLabels">Labels left out of the scheme, with the training examples that had them.</param>
/// <param name="LeftOut">Validation and test examples whose label the scheme lacks.</param>
internal sealed record LabelledData(
    DataSummary Data,
    TimeSplit Split,
    ExampleSet Training,
    ExampleSet Validation,
    ExampleSet? Test,
    IReadOnlyDictionary<string, int> DroppedLabels,
    int LeftOut)
{
    /// <summary>Examples of training, of validation and of the time between, to fit once tuning is done.</summary>
    public required ExampleSet Matured { get; init; }

    /// <summary>The scheme all sets share.</summary>
    public SegmentScheme Scheme => Training.Scheme;
}
