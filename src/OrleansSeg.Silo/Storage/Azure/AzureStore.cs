using OrleansSeg.Persistence.AzureTables;

namespace OrleansSeg.Silo.Storage.Azure;

/// <summary>The storage account as a whole: whether it answers, and holds the tables and the container.</summary>
internal sealed class AzureStore(AzureTablesStore tables, AzureBlobBundleStore blobs) : ISharedStore, IStoreProbe
{
    /// <summary>The layout of Orleans' Azure packages, which has had one version.</summary>
    public const int LayoutVersion = 1;

    /// <inheritdoc />
    public string Name => $"Azure Tables at {tables.Address}";

    /// <inheritdoc />
    public string ConnectionSetting => "OrleansSeg:AzureTables:ConnectionString or ServiceUri";

    /// <inheritdoc />
    public TimeSpan StartWaitMax => tables.Options.StartWaitMax;

    /// <inheritdoc />
    public Task<string?> TryOpenAsync(CancellationToken cancellationToken) => TryInitializeAsync(() => { }, cancellationToken);

    /// <summary>Makes the tables and the container that are not there.</summary>
    /// <param name="made">Called when one was made.</param>
    /// <param name="cancellationToken">Stops between two of them.</param>
    /// <returns>As of <see cref="TryOpenAsync"/>.</returns>
    public async Task<string?> TryInitializeAsync(Action made, CancellationToken cancellationToken)
    {
        try
        {
            if (await tables.CreateTablesAsync(cancellationToken).ConfigureAwait(false) | await blobs.CreateContainerAsync(cancellationToken).ConfigureAwait(false))
            {
                made();
            }

            return null;
        }
        catch (StoreUnavailableException exception)
        {
            return exception.Message;
        }
        catch (StoreRefusedException exception)
        {
            throw new StoreStartException($"{Name}: {exception.Message} In a silo-config file: {ConnectionSetting}.", exception);
        }
    }

    /// <inheritdoc />
    public async Task PingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await tables.PingAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is StoreUnavailableException or StoreRefusedException)
        {
            throw new StoreSilentException(exception.Message, exception);
        }
    }
}
