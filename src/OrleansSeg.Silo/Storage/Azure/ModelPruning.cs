using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrleansSeg.Silo.Storage.Azure;

/// <summary>Drops, at the start and every hour, the copies that this silo keeps of bundles that are gone.</summary>
internal sealed partial class ModelPruning(AzureModelStore models, TimeProvider time, ILogger<ModelPruning> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            try
            {
                if (await models.PruneAsync(stoppingToken).ConfigureAwait(false) is > 0 and var dropped)
                {
                    LogPruned(dropped);
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotPruned(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Copies of {Count} model bundles that were removed from the store are dropped.")]
    private partial void LogPruned(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Copies of removed model bundles were not looked for; the next hour comes round.")]
    private partial void LogNotPruned(Exception exception);
}
