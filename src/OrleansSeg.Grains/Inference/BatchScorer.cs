using Microsoft.Extensions.Logging;
using OrleansSeg.Model.Inference;
using OrleansSeg.Tagging;

namespace OrleansSeg.Inference;

/// <summary>A batch with the model that will score it.</summary>
/// <param name="Batch">The requests.</param>
/// <param name="Lease">The model, borrowed until the batch is done; null for texts.</param>
/// <param name="Prepared">What the model made of the inputs; null for an explanation and for texts.</param>
/// <param name="Tagger">The tagger of texts, kept until the batch is done; null for customers.</param>
internal sealed record ReadyBatch(ScoreBatch Batch, ModelLease? Lease, PreparedInputs? Prepared, Counted<LoadedTagger>? Tagger = null)
{
    /// <summary>The version that answers; 0 for a tagger.</summary>
    public int Version => Lease?.Model.Version ?? 0;
}

/// <summary>Takes a batch through the model and answers its callers. Whatever goes wrong is told to them and ends with the batch.</summary>
internal sealed partial class BatchScorer(IServedModels models, InferenceInstruments instruments, TimeProvider time, ILogger logger)
{
    private volatile bool _failing;

    /// <summary>Borrows the model and readies the inputs; null when that failed and the callers know.</summary>
    public ReadyBatch? Prepare(ScoreBatch batch)
    {
        if (batch.Requests[0] is PendingText text)
        {
            return PrepareTexts(batch, text.Tagger);
        }

        ModelLease? lease = null;
        try
        {
            lease = models.Rent(batch.Site);
            if (lease is null)
            {
                FailAll(batch, () => new NoModelException(batch.Site));
                return null;
            }

            var prepared = batch.Requests[0] is PendingExplanation ? null : lease.Model.Prepare([.. batch.Requests.Select(request => ((PendingForecast)request).Input)]);
            return new ReadyBatch(batch, lease, prepared);
        }
        catch (Exception exception)
        {
            Fail(batch, lease?.Model.Version ?? 0, exception);
            lease?.Dispose();
            return null;
        }
    }

    /// <summary>Scores and answers; returns how long the model took.</summary>
    public TimeSpan Score(ReadyBatch ready)
    {
        var started = time.GetTimestamp();
        try
        {
            switch (ready.Batch.Requests[0])
            {
                case PendingExplanation explanation:
                    Explain(ready, explanation, started);
                    break;
                case PendingText:
                    TellTexts(ready, started);
                    break;
                default:
                    Forecast(ready, started);
                    break;
            }

            NoteSuccess();
        }
        catch (Exception exception)
        {
            Fail(ready.Batch, ready.Version, exception);
        }

        Release(ready);
        return time.GetElapsedTime(started);
    }

    private void Forecast(ReadyBatch ready, long started)
    {
        var (batch, model) = (ready.Batch, ready.Lease!.Model);
        var scores = model.Score(ready.Prepared!);
        if (scores.Count != batch.Requests.Count)
        {
            throw new InvalidOperationException($"The model gave {scores.Count} scores for {batch.Requests.Count} inputs. This is a bug.");
        }

        var elapsed = Measure(batch, started);
        for (var i = 0; i < scores.Count; i++)
        {
            var request = (PendingForecast)batch.Requests[i];
            request.Complete(scores[i], model.Version, time.GetElapsedTime(request.AdmittedAt, started), elapsed);
        }
    }

    private void Explain(ReadyBatch ready, PendingExplanation request, long started)
    {
        var explanation = ready.Lease!.Model.Explain(request.Customer, request.Input, request.ReadLifetime());
        Measure(ready.Batch, started);
        request.Complete(explanation);
    }

    private static ReadyBatch? PrepareTexts(ScoreBatch batch, Counted<LoadedTagger> tagger)
    {
        if (tagger.TryAdd())
        {
            return new ReadyBatch(batch, null, null, tagger);
        }

        // Only once every caller has gone is a tagger let go of while its texts wait.
        FailAll(batch, () => new InferenceUnavailableException("The tagger was replaced while its texts waited."));
        return null;
    }

    private void TellTexts(ReadyBatch ready, long started)
    {
        var requests = ready.Batch.Requests;
        var told = ready.Tagger!.Value.Tagger.Tell([.. requests.Select(request => ((PendingText)request).Part)]);
        Measure(ready.Batch, started);
        foreach (var (request, labels) in requests.Zip(told))
        {
            ((PendingText)request).Complete(labels);
        }
    }

    /// <summary>Before the callers are answered, so that whoever has an answer finds it counted.</summary>
    private TimeSpan Measure(ScoreBatch batch, long started)
    {
        var elapsed = time.GetElapsedTime(started);
        instruments.Scored(batch, request => time.GetElapsedTime(request.AdmittedAt, started), elapsed);
        return elapsed;
    }

    private void Release(ReadyBatch ready)
    {
        try
        {
            ready.Prepared?.Dispose();
            ready.Lease?.Dispose();
            ready.Tagger?.Release();
        }
        catch (Exception exception)
        {
            LogNotReleased(ready.Batch.Site, exception);
        }
    }

    private void Fail(ScoreBatch batch, int version, Exception exception)
    {
        if (!_failing)
        {
            // Once for a row of failures: a broken model fails hundreds of batches a second.
            LogFailed(batch.Site, batch.Requests.Count, version, exception);
        }

        _failing = true;
        instruments.Failed(batch.Requests.Count);

        // The cause is wrapped: what a model throws is not the caller's mistake, whatever its type says.
        FailAll(batch, () => new InferenceFailedException(batch.Site, version, exception));
    }

    private void NoteSuccess()
    {
        if (_failing)
        {
            _failing = false;
            LogRecovered();
        }
    }

    private static void FailAll(ScoreBatch batch, Func<Exception> reason)
    {
        foreach (var request in batch.Requests)
        {
            request.Fail(reason());
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A batch of {Count} requests of site {Site} failed on model version {Version}; further failures are only counted.")]
    private partial void LogFailed(string site, int count, int version, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Scoring succeeds again.")]
    private partial void LogRecovered();

    [LoggerMessage(Level = LogLevel.Error, Message = "What a batch of site {Site} had borrowed could not be given back.")]
    private partial void LogNotReleased(string site, Exception exception);
}
