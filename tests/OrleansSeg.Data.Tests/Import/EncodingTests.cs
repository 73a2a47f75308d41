using System.Text;
using OrleansSeg.Data.Import;

namespace OrleansSeg.Data.Tests.Import;

public sealed class EncodingTests
{
    private const string Header = "customerId,type,timestamp,text\n";
    private const string Title = "crème brûlée – 5 €";

    private static readonly Encoding Windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    public static TheoryData<string, byte[]> Files => new()
    {
        { "utf-8", Encoding.UTF8.GetBytes(Text(Title)) },
        { "utf-8 with mark", [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Text(Title))] },
        { "utf-16 with mark", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Text(Title))] },
        { "utf-16 without mark", Encoding.Unicode.GetBytes(Text(Title)) },
        { "utf-16BE with mark", [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(Text(Title))] },
        { "utf-16BE without mark", Encoding.BigEndianUnicode.GetBytes(Text(Title)) },
        { "utf-32 with mark", [.. Encoding.UTF32.Preamble, .. Encoding.UTF32.GetBytes(Text(Title))] },
        { "windows-1252", Windows1252.GetBytes(Text(Title)) },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Encoding_NotTold_IsFound(string encoding, byte[] file)
    {
        var run = await ImportRun.OfBytesAsync(file);
        Assert.Equal(Title, run.Only.Text);
        Assert.Equal(encoding == "windows-1252" ? 5 : 0, run.Report.EncodingRepairs);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Encoding_InsideGzip_IsFound(string encoding, byte[] file)
    {
        var run = await ImportRun.OfBytesAsync(ImportRun.Gzip(file), null, "shop.csv.gz");
        Assert.True(run.Only.Text == Title, $"{encoding}: {run.Only.Text}");
    }

    [Fact]
    public async Task Windows1252_FarBehindPlainText_IsReadRight()
    {
        var plain = string.Concat(Enumerable.Repeat("c,review,2019-03-01,plain\n", 50_000));
        var run = await ImportRun.OfBytesAsync([.. Encoding.ASCII.GetBytes(Header + plain), .. Windows1252.GetBytes("c,review,2019-03-01,crème\n")]);
        Assert.Equal("crème", run.Events[^1].Event.Text);
        Assert.Equal(1, run.Report.EncodingRepairs);
    }

    [Fact]
    public async Task BytesThatAreNoText_InTheEncodingAskedFor_RejectTheirRow()
    {
        byte[] file = [.. Encoding.UTF8.GetBytes(Text("gut")), .. Windows1252.GetBytes("c,review,2019-03-01,crème\n"), .. Encoding.UTF8.GetBytes("c,review,2019-03-01,süß\n")];
        var run = await ImportRun.OfBytesAsync(file, new ImportOptions { Encoding = "utf-8" });
        Assert.Equal(new RejectedExample(3, "row", "holds bytes that are no utf-8 text", RejectionReasons.BadEncoding), run.OnlyRejection);
        Assert.Equal(["gut", "süß"], run.Events.Select(e => e.Event.Text));
    }

    [Fact]
    public async Task EncodingAskedFor_IsUsed()
    {
        var file = CodePagesEncodingProvider.Instance.GetEncoding("gb18030")!.GetBytes(Text("价格便宜"));
        Assert.Equal("价格便宜", (await ImportRun.OfBytesAsync(file, new ImportOptions { Encoding = "GB18030" })).Only.Text);
    }

    [Fact]
    public async Task WrongEncodingAskedFor_IsRefused()
    {
        var problem = await Assert.ThrowsAsync<ImportUsageException>(() => ImportRun.OfTextAsync(Text("x"), new ImportOptions { Encoding = "utf-16" }));
        Assert.Equal("The header line cannot be read: it holds bytes that are no utf-16 text.", problem.Message);
    }

    [Fact]
    public async Task UnknownEncoding_IsRefused()
    {
        var problem = await Assert.ThrowsAsync<ImportUsageException>(() => ImportRun.OfTextAsync(Text("x"), new ImportOptions { Encoding = "utf-9" }));
        Assert.Equal("There is no text encoding 'utf-9': a name such as utf-8, utf-16, windows-1252 or gb18030 was expected.", problem.Message);
    }

    private static string Text(string title) => Header + $"c,review,2019-03-01,{title}\n";
}
