using Npgsql;
using OrleansSeg.Silo.Storage;
using OrleansSeg.Silo.Storage.Postgres;

namespace OrleansSeg.Stores.Tests;

[Collection(PostgresTests.Name)]
public sealed class PostgresSchemaTests(PostgresFixture postgres)
{
    [SkippableFact]
    public async Task Initialize_MakesTheTables_AndAgainChangesNothing()
    {
        var database = await postgres.Server.CreateDatabaseAsync();
        Assert.Equal(new StoreInitialization("postgres", 0, PostgresSchema.Latest), await TestStore.InitializeAsync("postgres", database));
        var queries = await PostgresServer.ExecuteAsync(database, "SELECT count(*) FROM orleansquery");
        Assert.Equal(new StoreInitialization("postgres", PostgresSchema.Latest, PostgresSchema.Latest), await TestStore.InitializeAsync("postgres", database));
        Assert.Equal(queries, await PostgresServer.ExecuteAsync(database, "SELECT count(*) FROM orleansquery"));
    }

    [SkippableFact]
    public async Task Initialize_ByManyAtOnce_IsDoneByOne()
    {
        var database = await postgres.Server.CreateDatabaseAsync();
        var made = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => TestStore.InitializeAsync("postgres", database)));
        Assert.Single(made, one => one!.VersionBefore == 0);
    }

    [SkippableFact]
    public async Task Initialize_WhereAnotherProgramsTablesAre_ChangesNothing_AndSaysSo()
    {
        var database = await postgres.Server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, "CREATE TABLE orleansstorage (foreign_column integer)");
        var refusal = await Assert.ThrowsAsync<StoreStartException>(() => TestStore.InitializeAsync("postgres", database));
        Assert.Contains("relation \"orleansstorage\" already exists", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1L, await PostgresServer.ExecuteAsync(database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
    }

    [SkippableFact]
    public async Task Initialize_OfALaterVersion_IsRefused()
    {
        var database = await postgres.Server.CreateDatabaseAsync();
        await TestStore.InitializeAsync("postgres", database);
        await PostgresServer.ExecuteAsync(database, "INSERT INTO orleansseg_schema (version) VALUES (999)");
        var refusal = await Assert.ThrowsAsync<StoreStartException>(() => TestStore.InitializeAsync("postgres", database));
        Assert.Equal($"The database holds version 999 of the tables, made by a later OrleansSeg; this one knows {PostgresSchema.Latest}.", refusal.Message);
    }

    [SkippableFact]
    public async Task SchemaOfItsOwn_IsKeptApartByTheSearchPath()
    {
        var database = await postgres.Server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, "CREATE SCHEMA shop");
        var own = new NpgsqlConnectionStringBuilder(database) { SearchPath = "shop" }.ConnectionString;
        await TestStore.InitializeAsync("postgres", own);
        Assert.Equal("shop", await PostgresServer.ExecuteAsync(database, "SELECT schemaname FROM pg_tables WHERE tablename = 'orleansstorage'"));
    }

    [Theory]
    [InlineData(0, "holds no tables of OrleansSeg yet; run 'orleansseg init-store --config FILE' with this configuration once.")]
    [InlineData(1, null)]
    public void Problem_OfAVersion_NamesTheCommand(int version, string? expected) => Assert.Equal(expected, PostgresSchema.ProblemOf(version));
}
