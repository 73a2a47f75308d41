using System.Text;
using Azure.Data.Tables;
using Orleans.Runtime;
using Orleans.Storage;
using OrleansSeg.Persistence.Conformance;

namespace OrleansSeg.Persistence.AzureTables.Tests;

/// <summary>The rows of grain state, column by column, as Orleans' Azure package writes and reads them.</summary>
[Collection(AzuriteTests.Name)]
public sealed class GrainStateLayoutTests(AzuriteFixture azurite)
{
    private static readonly string[] SystemColumns = ["odata.etag", "PartitionKey", "RowKey", "Timestamp"];
    private static readonly GrainId Grain = GrainId.Create("seg.customer", "shop:a\\b#c?d");

    [SkippableFact]
    public async Task Row_OfAState_HasTheDocumentedKeysAndOneBinaryColumn()
    {
        var cluster = new TestCluster(azurite, json: true);
        await WriteAsync(cluster, new Tally { Count = 3, Text = "ü" }, "Some/State#Name");

        Assert.Equal("OrleansGrainState", cluster.StateTable.Name);
        TableEntity row = await cluster.StateTable.GetEntityAsync<TableEntity>(
            $"{cluster.ServiceId}_seg.customer_shop:a_b_c_d", "Some_State_Name");
        Assert.Equal(["Data"], row.Keys.Except(SystemColumns));
        var json = Encoding.UTF8.GetString(row.GetBinary("Data"));
        Assert.Contains("\"Count\":3", json, StringComparison.Ordinal);
        Assert.Contains("\"Text\":\"ü\"", json, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Row_InTextFormat_HasTextColumnsOfAtMost32KiCharacters()
    {
        var cluster = new TestCluster(azurite, options => options.UseStringFormat = true, json: true);
        await WriteAsync(cluster, new Tally { Text = new string('x', 70_000) });

        var row = await SingleRowAsync(cluster);
        Assert.Equal(["StringData", "StringData1", "StringData2"], row.Keys.Except(SystemColumns).Order());
        Assert.Equal((32_768, 32_768), (row.GetString("StringData").Length, row.GetString("StringData1").Length));
        Assert.Equal(70_000, (await ReadAsync(cluster)).State!.Text.Length);
    }

    [SkippableFact]
    public async Task LargestState_FillsFifteenColumns_AndOneByteMoreIsRefused_AndChangesNothing()
    {
        var cluster = new TestCluster(azurite);
        var storage = new AzureTablesGrainStorage(cluster.Store, new RawSerializer(), new RawActivators(), cluster.Options);
        var ballast = new byte[983_040];
        new Random(3).NextBytes(ballast);
        var state = new GrainState<byte[]>(ballast);
        await storage.WriteStateAsync("tally", Grain, state);
        var row = await SingleRowAsync(cluster);
        Assert.Equal(15, row.Keys.Except(SystemColumns).Count());
        Assert.All(StateColumns.BinaryNames, name => Assert.Equal(65_536, row.GetBinary(name).Length));

        var etag = state.ETag;
        state.State = new byte[983_041];
        var refusal = await Assert.ThrowsAsync<StateTooLargeException>(() => storage.WriteStateAsync("tally", Grain, state));
        Assert.Equal(983_041, refusal.Size);
        Assert.Equal(etag, state.ETag);
        var read = new GrainState<byte[]>();
        await storage.ReadStateAsync("tally", Grain, read);
        Assert.Equal(ballast, read.State);
    }

    [SkippableFact]
    public async Task SmallerState_LeavesNoColumnOfTheLargerOneBehind()
    {
        var cluster = new TestCluster(azurite);
        var state = await WriteAsync(cluster, new Tally { Ballast = new byte[200_000] });
        state.State = new Tally { Count = 1 };
        await cluster.NewStorage().WriteStateAsync("tally", Grain, state);
        Assert.Equal(["Data"], (await SingleRowAsync(cluster)).Keys.Except(SystemColumns));
    }

    [SkippableFact]
    public async Task ChangeOfFormat_ReplacesTheOtherFamilyOfColumns()
    {
        var binary = new TestCluster(azurite, json: true);
        var state = await WriteAsync(binary, new Tally { Count = 1 });
        binary.Store.Options.UseStringFormat = true;
        state.State!.Count = 2;
        await binary.NewStorage().WriteStateAsync("tally", Grain, state);
        Assert.Equal(["StringData"], (await SingleRowAsync(binary)).Keys.Except(SystemColumns));
        Assert.Equal(2, (await ReadAsync(binary)).State!.Count);
    }

    [SkippableFact]
    public async Task Clear_KeepsARowWithoutState_WhoseEtagTheNextWriteNeeds()
    {
        var cluster = new TestCluster(azurite);
        var state = await WriteAsync(cluster, new Tally { Count = 1 });
        await cluster.NewStorage().ClearStateAsync("tally", Grain, state);
        var row = await SingleRowAsync(cluster);
        Assert.Empty(row.Keys.Except(SystemColumns));
        Assert.Equal(row.ETag.ToString(), state.ETag);
        Assert.False(state.RecordExists);
    }

    [SkippableFact]
    public async Task Clear_OfARecordThatNeverWas_MakesAnEmptyRow_AsThePackageDoes()
    {
        var cluster = new TestCluster(azurite);
        var state = new GrainState<Tally>(new Tally());
        await cluster.NewStorage().ClearStateAsync("tally", Grain, state);
        Assert.Equal((await SingleRowAsync(cluster)).ETag.ToString(), state.ETag);
    }

    [SkippableFact]
    public async Task Clear_ThatDeletes_LeavesNoRow_AndNeedsNoneToBeThere()
    {
        var cluster = new TestCluster(azurite, options => options.DeleteStateOnClear = true);
        var state = await WriteAsync(cluster, new Tally { Count = 1 });
        await cluster.NewStorage().ClearStateAsync("tally", Grain, state);
        Assert.Null(state.ETag);
        Assert.Empty(await RowsAsync(cluster));
        await cluster.NewStorage().ClearStateAsync("tally", Grain, state);
    }

    [SkippableTheory]
    [InlineData("binary")]
    [InlineData("base64")]
    [InlineData("text")]
    public async Task Row_WrittenByThePackage_IsRead_InWhicheverColumnsItsStateIs(string kind)
    {
        var cluster = new TestCluster(azurite, json: true);
        await WriteAsync(cluster, new Tally { Count = 1 });
        var written = await SingleRowAsync(cluster);
        var json = written.GetBinary("Data");
        var half = json.Length / 2;
        var foreign = new TableEntity(written.PartitionKey, written.RowKey);
        (foreign[kind == "text" ? "StringData" : "Data"], foreign[kind == "text" ? "StringData1" : "Data1"]) = kind switch
        {
            "binary" => ((object)json[..half], (object)json[half..]),
            "base64" => (Convert.ToBase64String(json[..half]), Convert.ToBase64String(json[half..])),
            _ => (Encoding.UTF8.GetString(json[..half]), Encoding.UTF8.GetString(json[half..])),
        };
        await cluster.StateTable.UpsertEntityAsync(foreign, TableUpdateMode.Replace);

        var read = await ReadAsync(cluster);
        Assert.Equal((true, 1), (read.RecordExists, read.State!.Count));
        read.State.Count = 2;
        await cluster.NewStorage().WriteStateAsync("tally", Grain, read);
        Assert.Equal(2, (await ReadAsync(cluster)).State!.Count);
    }

    private static async Task<GrainState<Tally>> WriteAsync(TestCluster cluster, Tally tally, string name = "tally")
    {
        var state = new GrainState<Tally>(tally);
        await cluster.NewStorage().WriteStateAsync(name, Grain, state);
        return state;
    }

    private static async Task<GrainState<Tally>> ReadAsync(TestCluster cluster)
    {
        var state = new GrainState<Tally>();
        await cluster.NewStorage().ReadStateAsync("tally", Grain, state);
        return state;
    }

    private static async Task<TableEntity> SingleRowAsync(TestCluster cluster) => Assert.Single(await RowsAsync(cluster));

    private static async Task<List<TableEntity>> RowsAsync(TestCluster cluster)
    {
        var from = $"{cluster.ServiceId}_";
        var filter = TableClient.CreateQueryFilter($"PartitionKey ge {from} and PartitionKey lt {cluster.ServiceId + '`'}");
        return await cluster.StateTable.QueryAsync<TableEntity>(filter).ToListAsync();
    }

    /// <summary>State that is bytes already.</summary>
    private sealed class RawSerializer : IGrainStorageSerializer
    {
        public BinaryData Serialize<T>(T? input) => new((byte[])(object)input!);

        public T Deserialize<T>(BinaryData input) => (T)(object)input.ToArray();
    }

    private sealed class RawActivators : Orleans.Serialization.Serializers.IActivatorProvider
    {
        public Orleans.Serialization.Activators.IActivator<T> GetActivator<T>() => throw new InvalidOperationException("Nothing is absent in this test.");
    }
}
