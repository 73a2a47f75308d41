using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace OrleansSeg.Persistence.AzureTables.Tests;

/// <summary>The providers of one cluster that no other test has, over the server all share.</summary>
internal sealed class TestCluster
{
    private static readonly ServiceProvider Services = new ServiceCollection()
        .AddSerializer().AddSingleton<OrleansJsonSerializer>().AddSingleton<JsonGrainStorageSerializer>().AddSingleton<OrleansGrainStorageSerializer>()
        .AddOptions().BuildServiceProvider();

    private readonly IGrainStorageSerializer _serializer;

    public TestCluster(
        AzuriteFixture azurite,
        Action<AzureTablesOptions>? configure = null,
        bool json = false,
        HttpMessageHandler? handler = null,
        TimeProvider? time = null,
        ILoggerFactory? loggers = null)
        : this(azurite.ConnectionString, $"c{Guid.NewGuid():N}", $"s{Guid.NewGuid():N}", configure, json, handler, time, loggers)
    {
    }

    /// <summary>A cluster and service of one name, which silos have used.</summary>
    public TestCluster(AzuriteFixture azurite, string name)
        : this(azurite.ConnectionString, name, name, null, false, null, null, null)
    {
    }

    private TestCluster(
        string connectionString,
        string clusterId,
        string serviceId,
        Action<AzureTablesOptions>? configure,
        bool json,
        HttpMessageHandler? handler,
        TimeProvider? time,
        ILoggerFactory? loggers)
    {
        var options = new AzureTablesOptions { ConnectionString = connectionString };
        configure?.Invoke(options);
        Store = new AzureTablesStore(
            options,
            time ?? TimeProvider.System,
            (loggers ?? NullLoggerFactory.Instance).CreateLogger<AzureTablesStore>(),
            handler is null ? null : new HttpClientTransport(new HttpClient(handler)));
        _serializer = json ? Services.GetRequiredService<JsonGrainStorageSerializer>() : Services.GetRequiredService<OrleansGrainStorageSerializer>();
        Options = Microsoft.Extensions.Options.Options.Create(new ClusterOptions { ClusterId = clusterId, ServiceId = serviceId });
        Loggers = loggers ?? NullLoggerFactory.Instance;
    }

    /// <summary>The same cluster, as another process sees it.</summary>
    public TestCluster WithoutFaults(AzuriteFixture azurite) => new(azurite.ConnectionString, ClusterId, ServiceId, null, false, null, null, null);

    public AzureTablesStore Store { get; }

    public IOptions<ClusterOptions> Options { get; }

    public ILoggerFactory Loggers { get; }

    public string ClusterId => Options.Value.ClusterId;

    public string ServiceId => Options.Value.ServiceId;

    public TableClient StateTable => Store.Client.GetTableClient(Store.Options.GrainStateTable);

    public TableClient SiloTable => Store.Client.GetTableClient(Store.Options.MembershipTable);

    public TableClient ReminderTable => Store.Client.GetTableClient(Store.Options.ReminderTable);

    public AzureTablesGrainStorage NewStorage() => new(Store, _serializer, Services.GetRequiredService<IActivatorProvider>(), Options);

    public AzureTablesGrainCatalog NewCatalog() => new(Store, Options);

    public AzureTablesReminderTable NewReminders() => new(Store, Options, Loggers.CreateLogger<AzureTablesReminderTable>());

    public AzureTablesGatewayListProvider NewGateways() => new(Store, Options, Microsoft.Extensions.Options.Options.Create(new GatewayOptions()));

    public async Task<AzureTablesMembershipTable> NewMembershipAsync(string? clusterId = null)
    {
        var options = clusterId is null ? Options : Microsoft.Extensions.Options.Options.Create(new ClusterOptions { ClusterId = clusterId, ServiceId = ServiceId });
        var table = new AzureTablesMembershipTable(Store, options, Loggers.CreateLogger<AzureTablesMembershipTable>());
        await table.InitializeMembershipTableAsync(tryInitTableVersion: true, default);
        return table;
    }
}
