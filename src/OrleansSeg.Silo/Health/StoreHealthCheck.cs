using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansSeg.Persistence.Sqlite;

namespace OrleansSeg.Silo.Health;

/// <summary>Whether the embedded store answers a read.</summary>
internal sealed class StoreHealthCheck(SqliteStore store) : IHealthCheck
{
    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            store.Ping();
            return Task.FromResult(HealthCheckResult.Healthy());
        }
        catch (StoreUnavailableException exception)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy(exception.Message, exception));
        }
    }
}
