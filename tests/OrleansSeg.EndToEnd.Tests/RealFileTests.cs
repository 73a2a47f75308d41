using System.Text.Json.Nodes;

namespace OrleansSeg.EndToEnd.Tests;

/// <summary>The first weeks of a real shop's file through the real program.</summary>
public sealed class RealFileTests : IDisposable
{
    private const int Lines = 40_000;
    private readonly WorkFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task OnlineRetail_ImportedTwice_CountsEveryRow_AndEachEventOnce()
    {
        var whole = SharedData.File("online-retail-II/online_retail_II.csv");
        var file = Path.Combine(_folder.FullPath, "weeks.csv");
        await File.WriteAllLinesAsync(file, File.ReadLines(whole).Take(Lines + 1));

        var report = await ImportAsync(file);
        Assert.Equal(Lines, (long)report["rowsRead"]!);
        Assert.Equal(Lines, (long)report["rowsKept"]! + Sum(report["dropped"]!) + Sum(report["rejected"]!));
        Assert.Equal((long)report["rowsKept"]!, (long)report["added"]!);
        Assert.InRange((long)report["dropped"]!["missingCustomerId"]!, Lines / 10, Lines / 2);

        var again = await ImportAsync(file);
        Assert.Equal(0, (long)again["added"]!);
        Assert.Equal((long)report["added"]!, (long)again["alreadyKnown"]!);

        var verified = await OrleansSegProcess.JsonAsync(0, Patience.Longest, "verify", "--data-dir", _folder.DataDirectory);
        Assert.Equal((long)report["customers"]!, (long)verified["customers"]!);
        Assert.Equal((long)report["events"]!, (long)verified["events"]!);

        // The first buyer of the file: 8 lines of one invoice.
        var buyer = await OrleansSegProcess.JsonAsync(0, Patience.Longest, "lookup", "13085", "--data-dir", _folder.DataDirectory);
        Assert.Equal("unscored", (string?)buyer[0]!["segment"]);
    }

    private Task<JsonNode> ImportAsync(string file) =>
        OrleansSegProcess.JsonAsync(0, Patience.Longest, "import", file, "--layout", "online-retail", "--data-dir", _folder.DataDirectory);

    private static long Sum(JsonNode counts) => counts.AsObject().Sum(pair => (long)pair.Value!);
}
