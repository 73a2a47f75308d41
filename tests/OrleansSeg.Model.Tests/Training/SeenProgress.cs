using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Training;

/// <summary>Hands every line of progress on at once, on the thread that tells it.</summary>
internal sealed class SeenProgress(Action<TrainingProgress> see) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => see(value);
}
