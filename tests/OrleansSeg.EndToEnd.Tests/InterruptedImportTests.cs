using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;

namespace OrleansSeg.EndToEnd.Tests;

/// <summary>An import that ends in the middle: the store is sound, and importing again completes it.</summary>
public sealed class InterruptedImportTests : IDisposable
{
    private const int Rows = 60_000;
    private readonly WorkFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task CtrlC_DuringImport_LeavesASoundStore_AndImportingAgainCompletesIt()
    {
        await using var import = await StartImportAsync();
        import.Send(PosixSignal.SIGINT);
        await import.ExitsAsync(1, Patience.Longest);
        Assert.Contains("Stopped", import.Errors, StringComparison.Ordinal);
        Assert.Equal("", import.Output);
        await CompleteAsync();
    }

    [Fact]
    public async Task Kill_DuringImport_LeavesASoundStore_AndImportingAgainCompletesIt()
    {
        await using var import = await StartImportAsync();
        await import.KillAsync();
        await CompleteAsync();
    }

    /// <summary>Begins an import and waits until some of it is stored.</summary>
    private async Task<OrleansSegProcess> StartImportAsync()
    {
        WriteFile(FilePath, Rows);
        var import = OrleansSegProcess.Start("import", FilePath, "--layout", "online-retail", "--json", "--data-dir", _folder.DataDirectory);
        await Eventually.TrueAsync(() => CustomersStored() > 0 || !import.IsRunning, Patience.Longest, "the import stores a customer");
        Assert.True(import.IsRunning, $"The import of {Rows} rows was over before it could be interrupted.\n{import.Output}\n{import.Errors}");
        return import;
    }

    private async Task CompleteAsync()
    {
        var before = await VerifyAsync();
        Assert.InRange((long)before["events"]!, 1, Rows - 1);
        var again = await OrleansSegProcess.JsonAsync(0, Patience.Longest, "import", FilePath, "--layout", "online-retail", "--data-dir", _folder.DataDirectory);
        Assert.Equal((long)before["events"]!, (long)again["alreadyKnown"]!);
        Assert.Equal(Rows - (long)before["events"]!, (long)again["added"]!);
        Assert.Equal(Rows, (long)(await VerifyAsync())["events"]!);
    }

    // Counted in the file itself: the length of its log also grows with what the silo stores, and with writes that are not yet committed.
    private long CustomersStored()
    {
        var file = Path.Combine(_folder.DataDirectory, "orleansseg.db");
        if (!File.Exists(file))
        {
            return 0;
        }

        try
        {
            using var connection = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT COUNT(*) FROM grain_state WHERE state = 'customer'";
            return (long)command.ExecuteScalar()!;
        }
        catch (SqliteException)
        {
            return 0; // The program is just making the file or its tables.
        }
    }

    private Task<JsonNode> VerifyAsync() => OrleansSegProcess.JsonAsync(0, Patience.Longest, "verify", "--data-dir", _folder.DataDirectory);

    private string FilePath => Path.Combine(_folder.FullPath, "shop.csv");

    private static void WriteFile(string path, int rows)
    {
        var text = new StringBuilder("Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n");
        var day = new DateTime(2011, 1, 1);
        for (var row = 0; row < rows; row++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{row / 5},{row % 300},ITEM {row % 300},{1 + (row % 7)},{day.AddMinutes(row * 5):yyyy-MM-dd HH:mm:ss},1.25,{10_000 + (row % 800)},France\n");
        }

        File.WriteAllText(path, text.ToString());
    }
}
