using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansSeg.Silo.Storage;

namespace OrleansSeg.Silo.Health;

/// <summary>Whether the store answers a read.</summary>
internal sealed class StoreHealthCheck(IStoreProbe store) : IHealthCheck
{
    /// <inheritdoc />
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await store.PingAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (StoreSilentException exception)
        {
            return HealthCheckResult.Unhealthy(exception.Message, exception);
        }
    }
}
