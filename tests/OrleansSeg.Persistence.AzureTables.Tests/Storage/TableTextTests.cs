using Orleans.Runtime;

namespace OrleansSeg.Persistence.AzureTables.Tests;

public sealed class TableTextTests
{
    [Fact]
    public void Keys_LoseFourCharacters_AndHaveABound()
    {
        Assert.Equal("a_b_c_d_e%f'g", TableKeys.Sanitize("a/b\\c#d?e%f'g"));
        Assert.Equal(1_023, TableKeys.Sanitize(new string('k', 1_023)).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => TableKeys.Sanitize(new string('k', 1_024)));
    }

    [Fact]
    public void Dates_AreWrittenAsOrleansWritesThem_AndReadBackAsUtc()
    {
        var date = new DateTime(2026, 3, 1, 4, 5, 6, 7, DateTimeKind.Utc);
        Assert.Equal("2026-03-01 04:05:06.007 GMT", TableDates.Print(date));
        Assert.Equal(LogFormatter.PrintDate(date), TableDates.Print(date));
        var read = TableDates.Parse(LogFormatter.PrintDate(date));
        Assert.Equal((date, DateTimeKind.Utc), (read, read.Kind));
        Assert.Throws<FormatException>(() => TableDates.Parse("2026-03-01T04:05:06Z"));
    }
}
