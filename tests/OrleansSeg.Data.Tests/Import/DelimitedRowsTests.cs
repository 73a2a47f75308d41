using System.Text;
using CsCheck;
using OrleansSeg.Data.Import.Rows;

namespace OrleansSeg.Data.Tests.Import;

public sealed class DelimitedRowsTests
{
    /// <summary>Fields long and short, so that rows fall on every side of the buffer's edges.</summary>
    private static readonly Gen<string> Field = Gen.Frequency(
        (20, Gen.OneOf("", "a", "1", " ", ",", ";", "\"", "\"\"", "\n", "\r", "\r\n", "é", "😀", "ab\"c", "'", "\t").Array[0, 5].Select(string.Concat)),
        (1, Gen.Select(Gen.OneOf('x', '"', '\n', ','), Gen.Int[0, 9000]).Select((c, length) => new string(c, length))));

    [Fact]
    public Task AnyFields_Quoted_AreReadBackTheSame() =>
        Gen.Select(Field.Array[3, 3].List[1, 150], Gen.OneOf(',', ';', '\t', '|'), Gen.OneOf("\n", "\r\n", "\r"), Gen.Bool).SampleAsync(
            async (rows, delimiter, lineEnd, endsWithoutLineEnd) =>
            {
                var text = string.Concat(rows.Prepend(["h1", "h2", "h3"]).Select(row => string.Join(delimiter, row.Select(field => Quote(field, delimiter))) + lineEnd));
                var read = await ReadAsync(endsWithoutLineEnd ? text[..^lineEnd.Length] : text, delimiter);
                Assert.Equal(rows, read);
            },
            iter: 150);

    [Theory]
    [InlineData("a;b;c\n1,5;2;3\n", "1,5|2|3")]
    [InlineData("a|b|c\n1|2|\n", "1|2|")]
    [InlineData("a\tb\tc\n1\t\t3", "1||3")]
    [InlineData("a,b,c\n1,2\" pipe,3\n", "1|2\" pipe|3")]
    [InlineData("a,b,c\n\n\r\n1,,\n", "1||")]
    [InlineData("a,b,c\n\"\",\"\",\"\"\"\"\n", "||\"")]
    public async Task Row_InItsForms_IsRead(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', Assert.Single(await ReadAsync(text, null))));

    [Fact]
    public Task AnyText_EndsInRowsOrFaults_AndTakesEveryLine() =>
        Gen.OneOf("a", ",", "\"", "\n", "\r\n", "b,c,d\n", "\"x\"").Array[0, 400].Select(string.Concat).SampleAsync(
            async text =>
            {
                await using var rows = await OpenAsync("h1,h2,h3\n" + text + "\nx,y,z", ',');
                string[]? last = null;
                while (await rows.ReadAsync(default))
                {
                    last = rows.Fault is null ? [.. Enumerable.Range(0, 3).Select(i => rows[i].ToString())] : null;
                }

                // Whatever stands before, the last line is read, unless a quote before it closes behind it, which none can.
                Assert.Equal("x|y|z", string.Join('|', last ?? []));
            },
            iter: 1000);

    private static async Task<List<string[]>> ReadAsync(string text, char? delimiter)
    {
        var read = new List<string[]>();
        await using var rows = await OpenAsync(text, delimiter);
        while (await rows.ReadAsync(default))
        {
            Assert.Null(rows.Fault);
            read.Add([.. Enumerable.Range(0, rows.Columns.Count).Select(i => rows[i].ToString())]);
        }

        return read;
    }

    private static async Task<DelimitedRowReader> OpenAsync(string text, char? delimiter)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, text);
            var source = new TextSource(await FileContent.OpenAsync(path, default), TextEncoding.Of(Encoding.UTF8.GetBytes(text[..1])));
            return await DelimitedRowReader.OpenAsync(source, delimiter, [], default);
        }
        finally
        {
            // The open file stays readable.
            File.Delete(path);
        }
    }

    private static string Quote(string field, char delimiter) =>
        field.AsSpan().IndexOfAny([delimiter, '"', '\n', '\r']) < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
