using System.Text.Json.Nodes;
using OrleansSeg.Cli.Output;
using OrleansSeg.Federation;
using OrleansSeg.Model.Experiments;

namespace OrleansSeg.Cli.Experiments;

/// <summary>One run under way: takes its curves as they come, and its end. Not safe for several threads.</summary>
internal sealed class ExperimentRun : IDisposable
{
    /// <summary>The curves' file.</summary>
    public const string CurvesFile = "curves.json";

    /// <summary>The report's or the card's file.</summary>
    public const string ReportFile = "report.json";

    private readonly List<CurvePoint> _curves = [];
    private readonly TimeProvider _time;
    private readonly TensorBoardFile _events;
    private ExperimentRecord _record;

    public ExperimentRun(string folder, ExperimentRecord record, TimeProvider time)
    {
        (Folder, _record, _time) = (folder, record, time);
        ExperimentFolders.Write(folder, record);
        _events = new TensorBoardFile(folder, time);
    }

    /// <summary>Where it lies.</summary>
    public string Folder { get; }

    /// <summary>When it began, the first time.</summary>
    public DateTimeOffset StartedAt => _record.StartedAt;

    /// <summary>Its name.</summary>
    public string Id => _record.Id;

    /// <summary>Runs something and says how it ended, whatever that is.</summary>
    /// <param name="work">What is run.</param>
    /// <param name="resultOf">What came of it: the report or card, and the version registered.</param>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, Func<T, (JsonNode? Result, int? Version)> resultOf)
    {
        try
        {
            var done = await work();
            var (result, version) = resultOf(done);
            End(_record.With(result) with { Version = version, Outcome = ExperimentOutcome.Done }, result);
            return done;
        }
        catch (Exception exception)
        {
            var cancelled = exception is OperationCanceledException;
            End(_record with { Outcome = cancelled ? ExperimentOutcome.Cancelled : ExperimentOutcome.Failed, Failure = cancelled ? null : exception.Message }, result: null);
            throw;
        }
    }

    /// <summary>Takes a line of progress; one without a loss is none of a curve.</summary>
    public void Add(TrainingLine line)
    {
        if (double.IsFinite(line.TrainingLoss))
        {
            _events.Add($"{line.Stage}/training loss", line.Step, (float)line.TrainingLoss);
        }

        if (double.IsFinite(line.ValidationLoss))
        {
            _events.Add($"{line.Stage}/validation loss", line.Step, (float)line.ValidationLoss);
        }

        if (double.IsFinite(line.TrainingLoss) || double.IsFinite(line.ValidationLoss))
        {
            _curves.Add(new CurvePoint(line.Stage, line.Step, NumberOrNull(line.TrainingLoss), NumberOrNull(line.ValidationLoss)));
            DurableFile.Write(Path.Combine(Folder, CurvesFile), VerbOutput.ToLine(_curves));
        }
    }

    /// <inheritdoc />
    public void Dispose() => _events.Dispose();

    private void End(ExperimentRecord record, JsonNode? result)
    {
        if (result is not null)
        {
            DurableFile.Write(Path.Combine(Folder, ReportFile), VerbOutput.ToJson(result));
        }

        _record = record with { EndedAt = _time.GetUtcNow() };
        ExperimentFolders.Write(Folder, _record);
    }

    private static double? NumberOrNull(double value) => double.IsFinite(value) ? value : null;
}
