using System.Net;
using System.Text;
using Azure.Core.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;

namespace OrleansSeg.Persistence.AzureTables.Tests;

/// <summary>A silo with a service's address asks its machine for a token and shows it to the service, and tells it to nobody else.</summary>
public sealed class ManagedIdentityTests : IDisposable
{
    private const string Token = "dG9rZW4tb2YtdGhlLW1hY2hpbmU";

    private readonly HttpListener _machine = new();
    private readonly string? _endpointBefore = Environment.GetEnvironmentVariable("IDENTITY_ENDPOINT");
    private readonly string? _headerBefore = Environment.GetEnvironmentVariable("IDENTITY_HEADER");
    private readonly string _endpoint;

    public ManagedIdentityTests()
    {
        _endpoint = Listen();
        Environment.SetEnvironmentVariable("IDENTITY_ENDPOINT", _endpoint + "token");
        Environment.SetEnvironmentVariable("IDENTITY_HEADER", "header");
    }

    public void Dispose()
    {
        _machine.Close();
        Environment.SetEnvironmentVariable("IDENTITY_ENDPOINT", _endpointBefore);
        Environment.SetEnvironmentVariable("IDENTITY_HEADER", _headerBefore);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0b0f1f3c-1111-2222-3333-444455556666")]
    public async Task Token_OfTheMachine_GoesToTheService(string? clientId)
    {
        var shown = new TaskCompletionSource<string>();
        var asked = AnswerAsync(200, $$"""{"access_token":"{{Token}}","expires_on":"4102444800","token_type":"Bearer"}""");
        var faults = new FaultyHandler(new Fault(FaultKind.Answer, request =>
        {
            shown.SetResult(request.Headers.Authorization?.ToString() ?? "nothing");
            return new HttpResponseMessage(HttpStatusCode.NotFound)
            {
                RequestMessage = request,
                Content = new StringContent("""{"odata.error":{"code":"ResourceNotFound"}}""", Encoding.UTF8, "application/json"),
            };
        }));
        await NewStore(faults, clientId).PingAsync(default);
        Assert.Equal($"Bearer {Token}", await shown.Task);

        var query = await asked;
        Assert.Contains("resource=https://storage.azure.com", query, StringComparison.Ordinal);
        Assert.Equal(clientId is not null, query.Contains($"client_id={clientId}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task MachineWithoutIdentity_IsARefusal_ThatNamesTheSettings_AndTheServiceHearsNothing()
    {
        var asked = AnswerAsync(400, """{"statusCode":400,"message":"No managed identity was found."}""");
        var faults = new FaultyHandler();
        var store = NewStore(faults, "0b0f1f3c-1111-2222-3333-444455557777");
        var refusal = await Assert.ThrowsAsync<StoreRefusedException>(() => store.PingAsync(default));
        await asked;
        Assert.Equal(
            "The ping in table OrleansGrainState was not tried: no credential was obtained. "
            + "Check AzureTables settings ConnectionString, or ServiceUri and Credential.",
            refusal.Message);
        Assert.Equal(0, faults.Count);
    }

    private static AzureTablesStore NewStore(FaultyHandler faults, string? clientId)
    {
        var options = new AzureTablesOptions
        {
            ServiceUri = new Uri("https://shop.table.core.windows.net"),
            Credential = AzureCredentialKind.ManagedIdentity,
            ManagedIdentityClientId = clientId,
        };
        var transport = new HttpClientTransport(new HttpClient(faults));
        return new AzureTablesStore(options, TimeProvider.System, NullLogger<AzureTablesStore>.Instance, transport);
    }

    private string Listen()
    {
        // A listener takes no port zero, so ports are tried until one is free.
        for (var port = 41_000; ; port++)
        {
            var prefix = $"http://127.0.0.1:{port}/";
            try
            {
                _machine.Prefixes.Clear();
                _machine.Prefixes.Add(prefix);
                _machine.Start();
                return prefix;
            }
            catch (HttpListenerException) when (port < 42_000)
            {
            }
        }
    }

    private async Task<string> AnswerAsync(int status, string body)
    {
        var context = await _machine.GetContextAsync();
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
        context.Response.Close();
        return context.Request.Url!.Query;
    }
}
