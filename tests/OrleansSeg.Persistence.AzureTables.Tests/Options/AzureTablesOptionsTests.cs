using Azure.Data.Tables;
using Azure.Identity;
using Microsoft.Extensions.Options;

namespace OrleansSeg.Persistence.AzureTables.Tests;

public sealed class AzureTablesOptionsTests
{
    private const string Key = "c2VjcmV0LWtleS1vZi1hLXRlc3Q=";
    private const string Valid = $"DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={Key};EndpointSuffix=core.windows.net";

    [Theory]
    [InlineData(Valid)]
    [InlineData("UseDevelopmentStorage=true")]
    [InlineData($"AccountName=shop;AccountKey={Key};TableEndpoint=http://127.0.0.1:10002/shop;")]
    [InlineData("TableEndpoint=https://shop.table.core.windows.net;SharedAccessSignature=sv=2024-01-01&sig=abc%3D")]
    public void Defaults_AreValid(string connectionString) => Assert.Empty(Failures(new AzureTablesOptions { ConnectionString = connectionString }));

    [Theory]
    [InlineData("https://shop.table.core.windows.net")]
    [InlineData("http://127.0.0.1:10002/shop")]
    public void ServiceUri_IsValid(string uri) => Assert.Empty(Failures(new AzureTablesOptions { ServiceUri = new Uri(uri) }));

    [Fact]
    public void Invalid_NamesEveryField()
    {
        var options = new AzureTablesOptions
        {
            ConnectionString = Valid,
            ServiceUri = new Uri("http://shop.example/"),
            ManagedIdentityClientId = "someone",
            RetriesMax = 11,
            RetryDelay = TimeSpan.FromSeconds(11),
            RetryDelayMax = TimeSpan.FromMilliseconds(0.5),
            AttemptTimeout = TimeSpan.FromMinutes(2),
            OperationTimeout = TimeSpan.FromMilliseconds(1),
            StartWaitMax = TimeSpan.FromHours(2),
            GrainStateTable = "1st",
            MembershipTable = "a-b",
            ReminderTable = "",
        };
        Assert.Equal(
            """
            AttemptTimeout: The field AzureTablesOptions.AttemptTimeout must be between 00:00:00.1000000 and 00:01:00.
            AzureTables:AttemptTimeout is longer than AzureTables:OperationTimeout.
            AzureTables:ManagedIdentityClientId needs AzureTables:ServiceUri and AzureTables:Credential 'ManagedIdentity'.
            AzureTables:RetryDelay is longer than AzureTables:RetryDelayMax.
            AzureTables:ServiceUri: it is not an HTTPS address.
            Give exactly one of AzureTables:ConnectionString and AzureTables:ServiceUri.
            GrainStateTable: The field AzureTablesOptions.GrainStateTable must be a table name: 3 to 63 letters and digits, a letter first.
            MembershipTable: The field AzureTablesOptions.MembershipTable must be a table name: 3 to 63 letters and digits, a letter first.
            OperationTimeout: The field AzureTablesOptions.OperationTimeout must be between 00:00:01 and 00:05:00.
            ReminderTable: The AzureTablesOptions.ReminderTable field is required.
            RetriesMax: The field AzureTablesOptions.RetriesMax must be between 0 and 10.
            RetryDelay: The field AzureTablesOptions.RetryDelay must be between 00:00:00.0010000 and 00:00:10.
            RetryDelayMax: The field AzureTablesOptions.RetryDelayMax must be between 00:00:00.0010000 and 00:01:00.
            StartWaitMax: The field AzureTablesOptions.StartWaitMax must be between 00:00:00 and 01:00:00.
            """,
            string.Join('\n', Failures(options).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void NoAccount_IsInvalid() => Assert.Equal(["Give exactly one of AzureTables:ConnectionString and AzureTables:ServiceUri."], Failures(new AzureTablesOptions()));

    [Theory]
    [InlineData(Key, "it has neither AccountName nor TableEndpoint.")]
    [InlineData($"={Key}", "it is not of the form 'name=value;name=value'.")]
    [InlineData($"AccountName=shop;AccountKey={Key}!", "AccountKey is not base64.")]
    [InlineData("AccountName=shop;AccountKey=", "AccountKey is not base64.")]
    [InlineData("AccountName=shop", "it has neither AccountKey nor SharedAccessSignature.")]
    [InlineData($"AccountKey={Key}", "it has neither AccountName nor TableEndpoint.")]
    [InlineData($"AccountName=shop;AccountKey={Key};AccountKey={Key}", "a setting is there twice.")]
    [InlineData($"AccountName=shop;AccountKey={Key};TableEndpoint={Key}", "TableEndpoint is not an address.")]
    [InlineData($"AccountName=shop;AccountKey={Key};EndpointSuffix=core windows", "it is not a connection string of Azure Storage.")]
    [InlineData("just words", "it is not of the form 'name=value;name=value'.")]
    public void WrongConnectionString_IsNamed_AndNoPartOfItRepeated(string connectionString, string problem)
    {
        var failure = Assert.Single(Failures(new AzureTablesOptions { ConnectionString = connectionString }));
        Assert.Equal($"AzureTables:ConnectionString: {problem}", failure);
        Assert.DoesNotContain(Key, failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://shop.example", "it is not an HTTPS address.")]
    [InlineData("https://shop.table.core.windows.net/?sig=secret", "it carries a query or a user; a shared access signature belongs into ConnectionString.")]
    [InlineData("https://user:secret@shop.table.core.windows.net", "it carries a query or a user; a shared access signature belongs into ConnectionString.")]
    [InlineData("shop", "it is not an absolute address.")]
    public void WrongServiceUri_IsNamed_AndNoPartOfItRepeated(string uri, string problem)
    {
        var failure = Assert.Single(Failures(new AzureTablesOptions { ServiceUri = new Uri(uri, UriKind.RelativeOrAbsolute) }));
        Assert.Equal($"AzureTables:ServiceUri: {problem}", failure);
    }

    [Fact]
    public void Credentials_AreTheOnesNamed()
    {
        var uri = new Uri("https://shop.table.core.windows.net");
        Assert.IsType<DefaultAzureCredential>(AzureClients.CreateCredential(new AzureTablesOptions { ServiceUri = uri }));
        var managed = new AzureTablesOptions { ServiceUri = uri, Credential = AzureCredentialKind.ManagedIdentity };
        Assert.IsType<ManagedIdentityCredential>(AzureClients.CreateCredential(managed));
        managed.ManagedIdentityClientId = "f3f9b1a0-0000-0000-0000-000000000000";
        Assert.Empty(Failures(managed));
        Assert.IsType<ManagedIdentityCredential>(AzureClients.CreateCredential(managed));
        Assert.Equal("shop", AzureClients.CreateTables(managed, null).AccountName);
    }

    private static IEnumerable<string> Failures(AzureTablesOptions options)
    {
        IValidateOptions<AzureTablesOptions>[] validators =
        [
            new AzureTablesOptionsValidator(),
            new AzureConnectionValidator<AzureTablesOptions>("AzureTables", "TableEndpoint", text => _ = new TableServiceClient(text)),
        ];
        return validators.SelectMany(validator => validator.Validate(null, options).Failures ?? []);
    }
}
