using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>Makes Azure's clients from options.</summary>
internal static class AzureClients
{
    public static TableServiceClient CreateTables(AzureConnectionOptions options, HttpPipelineTransport? transport)
    {
        var client = Configure(new TableClientOptions(), options, transport);
        return options.ServiceUri is { } uri
            ? new TableServiceClient(uri, CreateCredential(options), client)
            : new TableServiceClient(options.ConnectionString, client);
    }

    public static BlobServiceClient CreateBlobs(AzureConnectionOptions options, HttpPipelineTransport? transport)
    {
        var client = Configure(new BlobClientOptions(), options, transport);
        return options.ServiceUri is { } uri
            ? new BlobServiceClient(uri, CreateCredential(options), client)
            : new BlobServiceClient(options.ConnectionString, client);
    }

    public static TokenCredential CreateCredential(AzureConnectionOptions options) => options switch
    {
        { Credential: AzureCredentialKind.Default } => new DefaultAzureCredential(),
        { ManagedIdentityClientId: { } clientId } => new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId)),
        _ => new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned),
    };

    private static TClientOptions Configure<TClientOptions>(TClientOptions client, AzureConnectionOptions options, HttpPipelineTransport? transport)
        where TClientOptions : ClientOptions
    {
        client.Retry.Mode = RetryMode.Exponential;
        client.Retry.MaxRetries = options.RetriesMax;
        client.Retry.Delay = options.RetryDelay;
        client.Retry.MaxDelay = options.RetryDelayMax;
        client.Retry.NetworkTimeout = options.AttemptTimeout;
        if (transport is not null)
        {
            client.Transport = transport;
        }

        return client;
    }
}
