using System.Text;
using CsCheck;
using OrleansSeg.Data.Import;
using OrleansSeg.Data.Import.Rows;

namespace OrleansSeg.Data.Tests.Import;

public sealed class DamagedFilesTests
{
    private const string Header = "customerId,type,timestamp,text\n";
    private const string Good = "c1,review,2019-03-01 10:00,fine\n";

    private static readonly ImportOptions Events = new() { Layout = "events" };

    [Theory]
    [InlineData("shop.csv")]
    [InlineData("shop.jsonl")]
    [InlineData("shop.parquet")]
    [InlineData("shop.csv.gz")]
    public async Task EmptyFile_IsRefused(string name)
    {
        var problem = await Assert.ThrowsAsync<ImportUsageException>(() => ImportRun.OfBytesAsync([], Events, name));
        Assert.Equal($"{name} is empty: a header line with column names was expected.", problem.Message);
    }

    [Theory]
    [InlineData("\n\n  \n")]
    [InlineData("\uFEFF")]
    public async Task FileOfBlanks_IsRefused(string text) => await Assert.ThrowsAsync<ImportUsageException>(() => ImportRun.OfTextAsync(text, Events));

    [Theory]
    [InlineData("customerId,type,timestamp,text")]
    [InlineData("customerId,type,timestamp,text\r\n\r\n")]
    public async Task HeaderAlone_IsAnImportOfNothing(string text)
    {
        var run = await ImportRun.OfTextAsync(text, Events);
        Assert.Equal((0, 0, 0), (run.Report.RowsRead, run.Report.RowsKept, run.Report.Rejected.Count));
    }

    [Fact]
    public async Task TextCutInsideARow_LosesThatRowAlone()
    {
        var run = await ImportRun.OfTextAsync(Header + Good + "c2,review,2019-03", Events);
        Assert.Equal(RejectionReasons.ColumnCount, run.OnlyRejection.Code);
        Assert.Equal(1, run.Report.RowsKept);
    }

    [Fact]
    public async Task TextCutInsideAQuotedField_LosesThatRowAlone()
    {
        var run = await ImportRun.OfTextAsync(Header + Good + "c2,review,2019-03-02,\"it was", Events);
        Assert.Equal((3, RejectionReasons.UnbalancedQuote), (run.OnlyRejection.Row, run.OnlyRejection.Code));
        Assert.Equal(1, run.Report.RowsKept);
    }

    [SkippableFact]
    public async Task RealFileCutInsideARow_KeepsTheRest()
    {
        var run = await ImportRun.OfFileAsync(SharedData.File("rees46-sample/2019-Oct_first3h.csv"));
        Assert.Equal("layout rees46", run.Report.Layout);
        Assert.Equal(run.Report.RowsRead - 1, run.Report.RowsKept);
        Assert.Equal("has 8 columns, the header has 9", run.OnlyRejection.Reason);
    }

    [Fact]
    public Task GzipCutAnywhere_KeepsWholeLines_AndSaysSo()
    {
        var text = new StringBuilder(Header);
        var random = new Random(5);
        for (var i = 0; i < 20_000; i++)
        {
            text.Append($"c{i},review,2019-03-01 10:00,{random.Next()}\n");
        }

        var packed = ImportRun.Gzip(Encoding.UTF8.GetBytes(text.ToString()));
        return Gen.Int[packed.Length / 4, packed.Length - 9].SampleAsync(
            async length =>
            {
                var run = await ImportRun.OfBytesAsync(packed[..length], Events, "shop.csv.gz");
                Assert.Equal(RejectionReasons.TruncatedFile, run.OnlyRejection.Code);
                Assert.InRange(run.Report.RowsKept, 1, 19_999);
                Assert.Equal(run.Report.RowsKept + 2, run.OnlyRejection.Row);
                Assert.Equal(Enumerable.Range(0, (int)run.Report.RowsKept).Select(i => $"c{i}"), run.Events.Select(e => e.CustomerId));
            },
            iter: 12);
    }

    [Fact]
    public async Task ParquetCut_IsRefused()
    {
        var whole = await EventFiles.ParquetAsync(EventFiles.Event.List[50].Single());
        foreach (var length in new[] { 5, whole.Length / 2, whole.Length - 1 })
        {
            var problem = await Assert.ThrowsAsync<ImportUsageException>(() => ImportRun.OfBytesAsync(whole[..length], Events, "shop.parquet"));
            Assert.StartsWith("shop.parquet is not a whole Parquet file, which begins and ends with PAR1", problem.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task NotParquet_IsRefused()
    {
        var problem = await Assert.ThrowsAsync<ImportUsageException>(() => ImportRun.OfTextAsync(Header + Good, Events with { Format = "parquet" }));
        Assert.StartsWith("shop.csv is not a whole Parquet file", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ParquetDamagedInOneRowGroup_LosesThatGroupAlone()
    {
        var events = EventFiles.Event.List[3000].Single();
        var bytes = await EventFiles.ParquetAsync(events, 1000);

        // The first row group's data lies behind the four bytes of the signature.
        bytes.AsSpan(4, 600).Fill(0xA5);
        var run = await ImportRun.OfBytesAsync(bytes, Events, "shop.parquet");
        Assert.Equal(3000, run.Report.RowsRead);
        Assert.Equal(1000, run.Report.Rejected[RejectionReasons.Unreadable]);
        Assert.Equal(2000, run.Report.RowsKept);
        Assert.Equal((1, "row"), (run.Report.RejectedExamples[0].Row, run.Report.RejectedExamples[0].Field));
        Assert.Equal(events[1000].CustomerId, run.Events[0].CustomerId);
    }

    [Theory]
    [InlineData("shop.csv", "c2,review,2019-03-01 10:00,")]
    [InlineData("shop.csv", "c2,review,2019-03-01 10:00,\"")]
    [InlineData("shop.tsv", "c2\treview\t2019-03-01 10:00\t")]
    [InlineData("shop.jsonl", """{"customerId":"c2","type":"review","timestamp":"2019-03-01","text":" """)]
    public async Task LineOf10MegaBytes_IsRejected_AndReadingGoesOn(string name, string start)
    {
        var (header, good) = Path.GetExtension(name) switch
        {
            ".tsv" => (Header.Replace(',', '\t'), Good.Replace(',', '\t')),
            ".jsonl" => ("", """{"customerId":"c1","type":"review","timestamp":"2019-03-01","text":"fine"}""" + "\n"),
            _ => (Header, Good),
        };
        var run = await ImportRun.OfTextAsync(header + good + start + new string('x', 10 * 1024 * 1024) + "\n" + good + good, Events, name);
        Assert.Equal(RejectionReasons.RowTooLong, run.OnlyRejection.Code);
        Assert.Equal(header.Length == 0 ? 2 : 3, run.OnlyRejection.Row);
        Assert.Equal(3, run.Report.RowsKept);
    }

    [Fact]
    public async Task FirstLineOf10MegaBytes_InJsonLines_IsRejected_AndReadingGoesOn()
    {
        var run = await ImportRun.OfTextAsync(
            "{\"a\":\"" + new string('x', 10 * 1024 * 1024) + "\"}\n{\"customerId\":\"c\",\"type\":\"view\",\"timestamp\":\"2019-03-01\"}", null, "shop.jsonl");
        Assert.Equal(RejectionReasons.RowTooLong, run.OnlyRejection.Code);
        Assert.Equal(1, run.Report.RowsKept);
    }

    [Fact]
    public async Task HeaderOf10MegaBytes_IsRefused()
    {
        var problem = await Assert.ThrowsAsync<ImportUsageException>(() => ImportRun.OfTextAsync(new string('x', 10 * 1024 * 1024), Events));
        Assert.Equal($"The header line cannot be read: it is longer than {TextRowReader.RowLengthMax} characters.", problem.Message);
    }

    [Fact]
    public async Task QuoteThatNeverCloses_CostsItsLineAlone()
    {
        var text = Header + Good + "c2,review,2019-03-01 10:00,\"never closed\n" + string.Concat(Enumerable.Repeat(Good, 100_000));
        var run = await ImportRun.OfTextAsync(text, Events);
        Assert.Equal((3, RejectionReasons.UnbalancedQuote), (run.OnlyRejection.Row, run.OnlyRejection.Code));
        Assert.Equal(100_001, run.Report.RowsKept);
    }

    [Fact]
    public async Task QuoteThatClosesLinesLater_CostsItsLineAlone()
    {
        var run = await ImportRun.OfTextAsync(Header + "c2,review,2019-03-01,\"open\n" + Good + Good + "c3,review,2019-03-01,\"quoted, text\"\n" + Good, Events);
        Assert.Equal((2, RejectionReasons.UnbalancedQuote), (run.OnlyRejection.Row, run.OnlyRejection.Code));
        Assert.Equal(["c1", "c1", "c3", "c1"], run.Events.Select(e => e.CustomerId));
    }

    [Fact]
    public async Task LineNumbers_CountTheLinesInsideQuotes()
    {
        var run = await ImportRun.OfTextAsync(Header + "c2,review,2019-03-01,\"one\ntwo\r\nthree\"\n\n" + "c3,review,never,x\n", Events);
        Assert.Equal("one\ntwo\r\nthree", run.Only.Text);
        Assert.Equal(6, run.OnlyRejection.Row);
    }

    [Theory]
    [InlineData("shop.csv")]
    [InlineData("shop.tsv")]
    [InlineData("shop.jsonl")]
    [InlineData("shop.txt")]
    [InlineData("shop.csv.gz")]
    [InlineData("shop.parquet")]
    public Task RandomBytes_NeverCrashTheReader(string name) =>
        Gen.Byte.Array[1, 4000].SampleAsync(
            async bytes =>
            {
                try
                {
                    await ImportRun.OfBytesAsync(bytes, null, name);
                }
                catch (ImportUsageException problem)
                {
                    Assert.NotEmpty(problem.Message);
                }
            },
            iter: 150);

    [Theory]
    [InlineData("shop.csv", Header + Good)]
    [InlineData("shop.jsonl", """{"customerId":"c1","type":"review","timestamp":"2019-03-01","text":"fine"}""" + "\n")]
    public Task RandomBytesBehindAGoodRow_KeepTheGoodRow(string name, string start) =>
        Gen.Select(Gen.Byte.Array[0, 5000], Gen.Bool).SampleAsync(
            async (bytes, packed) =>
            {
                byte[] file = [.. Encoding.ASCII.GetBytes(start), .. bytes, .. "\n"u8];
                var run = await ImportRun.OfBytesAsync(packed ? ImportRun.Gzip(file) : file, Events with { Encoding = "utf-8" }, name);
                Assert.Equal("c1", run.Events[0].CustomerId);
            },
            iter: 150);

    [Fact]
    public async Task BytesChangedAnywhereInAnEventFile_NeverCrashTheReader()
    {
        var events = EventFiles.Event.List[40].Single();
        var files = new (string Name, byte[] Bytes)[]
        {
            ("shop.csv", EventFiles.Csv(events)),
            ("shop.jsonl", EventFiles.JsonLines(events)),
            ("shop.csv.gz", ImportRun.Gzip(EventFiles.Csv(events))),
            ("shop.parquet", await EventFiles.ParquetAsync(events, 10)),
        };
        await Gen.Select(Gen.Int[0, files.Length - 1], Gen.Select(Gen.Double[0, 1], Gen.Byte).List[1, 8]).SampleAsync(
            async (index, changes) =>
            {
                var bytes = files[index].Bytes.ToArray();
                foreach (var (where, value) in changes)
                {
                    bytes[(int)(where * (bytes.Length - 1))] = value;
                }

                try
                {
                    await ImportRun.OfBytesAsync(bytes, null, files[index].Name);
                }
                catch (ImportUsageException problem)
                {
                    Assert.NotEmpty(problem.Message);
                }
            },
            iter: 600);
    }
}
