using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using Orleans.Storage;
using OrleansSeg.Persistence.Conformance;

namespace OrleansSeg.Persistence.AzureTables.Tests;

/// <summary>What a grain's write becomes when the service throttles, is silent, or takes it and the answer is lost.</summary>
[Collection(AzuriteTests.Name)]
public sealed class FaultTests(AzuriteFixture azurite)
{
    private static readonly GrainId Grain = GrainId.Create("seg.test", "a");
    private readonly FaultyHandler _faults = new();

    public static TheoryData<int, string> Transient => new()
    {
        { 503, "ServerBusy" },
        { 429, "TooManyRequests" },
        { 500, "OperationTimedOut" },
        { 504, "GatewayTimeout" },
        { 408, "RequestTimeout" },
    };

    [SkippableTheory]
    [MemberData(nameof(Transient))]
    public async Task ThrottledWrite_IsSentAgain_AndStored(int status, string code)
    {
        var cluster = await OpenAsync();
        _faults.Plan(Fault.Status(status, code), Fault.Status(status, code));
        await WriteAsync(cluster, new GrainState<Tally>(new Tally { Count = 1 }));
        Assert.Equal(3, _faults.Count);
        Assert.Equal(1, (await ReadAsync(cluster)).State!.Count);
    }

    [SkippableTheory]
    [MemberData(nameof(Transient))]
    public async Task ThrottledForGood_EndsAfterTheStatedRepetitions_AsUnavailable(int status, string code)
    {
        var cluster = await OpenAsync();
        _faults.Plan(Enumerable.Repeat(Fault.Status(status, code), 20).ToArray());
        var state = new GrainState<Tally>(new Tally { Count = 1 });
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => WriteAsync(cluster, state));
        Assert.Equal($"The write in table OrleansGrainState failed: {status} {code}.", failure.Message);
        Assert.Equal(1 + cluster.Store.Options.RetriesMax, _faults.Count);
        Assert.Null(state.ETag);
    }

    [SkippableFact]
    public async Task SilentServer_IsGivenUpPerAttempt_AndAskedAgain()
    {
        var cluster = await OpenAsync(options => options.AttemptTimeout = TimeSpan.FromSeconds(2));
        _faults.Plan(Fault.Silence, Fault.BreakBefore);
        await WriteAsync(cluster, new GrainState<Tally>(new Tally { Count = 1 }));
        Assert.Equal(3, _faults.Count);
    }

    [SkippableFact]
    public async Task SilentServer_LongerThanTheOperationMayTake_IsUnavailable()
    {
        var time = new FakeTimeProvider();
        var cluster = await OpenAsync(time: time);
        _faults.Plan(Fault.Silence);
        var write = WriteAsync(cluster, new GrainState<Tally>(new Tally { Count = 1 }));
        await _faults.FirstAsync();
        time.Advance(cluster.Store.Options.OperationTimeout);
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => write);
        Assert.Equal("The write in table OrleansGrainState failed: no answer came in time.", failure.Message);
    }

    [SkippableFact]
    public async Task CancelledCaller_HearsOfItsCancellation()
    {
        var cluster = await OpenAsync();
        using var caller = new CancellationTokenSource();
        _faults.Plan(Fault.Silence);
        var write = cluster.NewStorage().WriteStateAsync("tally", Grain, new GrainState<Tally>(new Tally()), caller.Token);
        await _faults.FirstAsync();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
    }

    [SkippableFact]
    public async Task InsertWithALostAnswer_IsAConflict_ThatNamesWhatIsStored_AndAReadSettlesIt()
    {
        var cluster = await OpenAsync();
        _faults.Plan(Fault.BreakAfter);
        var state = new GrainState<Tally>(new Tally { Count = 1 });
        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(cluster, state));
        Assert.Null(state.ETag);

        var read = await ReadAsync(cluster);
        Assert.Equal(1, read.State!.Count);
        Assert.Equal(read.ETag, conflict.StoredEtag);
    }

    [SkippableFact]
    public async Task UpdateWithALostAnswer_IsNeverTakenForDone_ThoughAnotherWroteTheSame()
    {
        var cluster = await OpenAsync();
        var mine = new GrainState<Tally>(new Tally { Count = 5 });
        await WriteAsync(cluster, mine);
        var theirs = await ReadAsync(cluster);
        theirs.State!.Count++;
        await WriteAsync(cluster, theirs);

        // Both counted to six. The rows would be equal, and one of the two increments would be lost if that were taken for success.
        mine.State!.Count++;
        _faults.Plan(Fault.BreakBefore);
        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(cluster, mine));
        Assert.Equal(6, (await ReadAsync(cluster)).State!.Count);
    }

    [SkippableFact]
    public async Task WriteWhoseOutcomeIsUnknown_NeverLetsTheNextOneOverwriteIt()
    {
        var cluster = await OpenAsync(options => options.RetriesMax = 0);
        var state = new GrainState<Tally>(new Tally { Count = 1 });
        await WriteAsync(cluster, state);
        state.State = new Tally { Count = 2 };
        _faults.Plan(Fault.BreakAfter);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => WriteAsync(cluster, state));

        state.State = new Tally { Count = 3 };
        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(cluster, state));
        Assert.Equal(2, (await ReadAsync(cluster)).State!.Count);
    }

    [SkippableFact]
    public async Task ClearThatDeletes_WithALostAnswer_IsAConflict_AndTheRowIsGone()
    {
        var cluster = await OpenAsync(options => options.DeleteStateOnClear = true);
        var state = new GrainState<Tally>(new Tally { Count = 1 });
        await WriteAsync(cluster, state);
        _faults.Plan(Fault.BreakAfter);
        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(() => cluster.NewStorage().ClearStateAsync("tally", Grain, state));
        Assert.Equal("(none)", conflict.StoredEtag);
        Assert.False((await ReadAsync(cluster)).RecordExists);
    }

    [SkippableFact]
    public async Task BusyInsideATransaction_IsSentAgain()
    {
        var cluster = await OpenAsync();
        var table = await cluster.NewMembershipAsync();
        var version = (await table.ReadAllAsync(default)).Version.Next();
        _faults.Plan(BusyTransaction, BusyTransaction);
        Assert.True(await table.InsertRowAsync(Silos.Entry(1), version, default));
        Assert.Equal(3, _faults.Count);
    }

    [SkippableFact]
    public async Task TransactionWithALostAnswer_IsFalse_AndTheTableSaysWhatHappened()
    {
        var cluster = await OpenAsync();
        var table = await cluster.NewMembershipAsync();
        var version = (await table.ReadAllAsync(default)).Version.Next();
        _faults.Plan(Fault.BreakAfter);
        Assert.False(await table.InsertRowAsync(Silos.Entry(1), version, default));
        var all = await table.ReadAllAsync(default);
        Assert.Equal((1, 1), (all.Members.Count, all.Version.Version));
    }

    [SkippableFact]
    public async Task TableThatWasDeleted_IsARefusal_NotAnAbsentRecord()
    {
        var cluster = await OpenAsync(options => options.GrainStateTable = $"t{Guid.NewGuid():N}");
        await WriteAsync(cluster, new GrainState<Tally>(new Tally()));
        await cluster.StateTable.DeleteAsync();
        await Assert.ThrowsAsync<StoreRefusedException>(() => ReadAsync(cluster));
        await Assert.ThrowsAsync<StoreRefusedException>(() => WriteAsync(cluster, new GrainState<Tally>(new Tally())));
    }

    private static readonly Fault BusyTransaction = new(FaultKind.Answer, request =>
    {
        const string Body =
            """
            --batchresponse_1
            Content-Type: multipart/mixed; boundary=changesetresponse_1

            --changesetresponse_1
            Content-Type: application/http
            Content-Transfer-Encoding: binary

            HTTP/1.1 503 Service Unavailable
            Content-Type: application/json

            {"odata.error":{"code":"ServerBusy","message":{"lang":"en-US","value":"0:planned"}}}
            --changesetresponse_1--
            --batchresponse_1--
            """;
        var content = new StringContent(Body.ReplaceLineEndings("\r\n"));
        content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse("multipart/mixed; boundary=batchresponse_1");
        return new HttpResponseMessage(System.Net.HttpStatusCode.Accepted) { RequestMessage = request, Content = content };
    });

    private async Task<TestCluster> OpenAsync(Action<AzureTablesOptions>? configure = null, TimeProvider? time = null)
    {
        var cluster = new TestCluster(
            azurite,
            options =>
            {
                options.RetryDelay = TimeSpan.FromMilliseconds(1);
                options.AttemptTimeout = TimeSpan.FromSeconds(20);
                configure?.Invoke(options);
            },
            handler: _faults,
            time: time);
        await cluster.Store.OpenAsync(cluster.Store.Options.GrainStateTable, default);
        return cluster;
    }

    private static Task WriteAsync(TestCluster cluster, GrainState<Tally> state) => cluster.NewStorage().WriteStateAsync("tally", Grain, state);

    private static async Task<GrainState<Tally>> ReadAsync(TestCluster cluster)
    {
        var state = new GrainState<Tally>();
        await cluster.NewStorage().ReadStateAsync("tally", Grain, state);
        return state;
    }
}
