using System.Text;
using Azure.Data.Tables;
using CsCheck;

namespace OrleansSeg.Persistence.AzureTables.Tests;

public sealed class StateColumnsTests
{
    private const int TextMax = 15 * 32_768;

    [Fact]
    public void BinaryState_OfAnySize_ReadsBackWhole_FromColumnsOf64KiB() => Gen.Int[1, 983_040].Sample(size =>
    {
        var state = Bytes(size);
        var row = Row();
        StateColumns.Write(row, state, asText: false);
        var columns = row.Keys.Where(name => name.StartsWith("Data", StringComparison.Ordinal)).ToList();
        return StateColumns.Read(row)!.AsSpan().SequenceEqual(state)
            && columns.Count == ((size - 1) / 65_536) + 1
            && columns.SequenceEqual(StateColumns.BinaryNames.Take(columns.Count))
            && columns.SkipLast(1).All(name => row.GetBinary(name)!.Length == 65_536);
    }, iter: 60);

    [Fact]
    public void TextState_OfAnyCharacters_ReadsBackWhole_AndSplitsNoCharacter() =>
        Gen.Select(Gen.Int[1, 100_000], Gen.Int[0, 2]).Sample((length, kind) =>
        {
            // A moon takes two characters, so a column's end falls into some of them when an odd number of others comes first.
            var text = string.Concat(Enumerable.Range(0, length).Select(i => kind == 0 ? "a" : kind == 1 ? "🌙" : i % 7 == 0 ? "b" : "🌙"));
            var row = Row();
            StateColumns.Write(row, Encoding.UTF8.GetBytes(text), asText: true);
            return Encoding.UTF8.GetString(StateColumns.Read(row)!) == text
                && StateColumns.TextNames.Select(name => row.GetString(name)).OfType<string>().All(column =>
                    column.Length <= 32_768 && !char.IsHighSurrogate(column[^1]) && !char.IsLowSurrogate(column[0]));
        }, iter: 60);

    [Theory]
    [InlineData(983_041)]
    [InlineData(2_000_000)]
    public void BinaryState_LargerThanARow_IsRefusedWithItsSize(int size)
    {
        var row = Row();
        var refusal = Assert.Throws<StateTooLargeException>(() => StateColumns.Write(row, Bytes(size), asText: false));
        Assert.Equal((size, 983_040), (refusal.Size, refusal.SizeMax));
        Assert.Equal($"The state has {size} bytes; a row holds at most 983040.", refusal.Message);
        Assert.DoesNotContain("Data", row.Keys);
    }

    [Fact]
    public void TextState_ThatFillsEveryColumn_IsKept_AndOneCharacterMoreIsRefused()
    {
        var row = Row();
        StateColumns.Write(row, Encoding.ASCII.GetBytes(new string('x', TextMax)), asText: true);
        Assert.Equal(TextMax, StateColumns.Read(row)!.Length);

        var refusal = Assert.Throws<StateTooLargeException>(
            () => StateColumns.Write(Row(), Encoding.ASCII.GetBytes(new string('x', TextMax + 1)), asText: true));
        Assert.Equal($"The state has {TextMax + 1} characters; a row holds at most {TextMax}.", refusal.Message);
    }

    [Fact]
    public void TextColumns_ForAStateThatIsNoText_AreRefused()
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => StateColumns.Write(Row(), new byte[] { 0xC0, 0x01 }, asText: true));
        Assert.Contains("UseStringFormat", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_PrefersBinaryColumns_AndTakesBase64ForBinary()
    {
        var row = Row();
        Assert.Null(StateColumns.Read(row));
        (row["StringData"], row["StringData1"]) = ("te", "xt");
        Assert.Equal("text", Encoding.UTF8.GetString(StateColumns.Read(row)!));
        (row["Data"], row["Data1"]) = (Convert.ToBase64String(new byte[] { 1, 2 }), new byte[] { 3 });
        Assert.Equal([1, 2, 3], StateColumns.Read(row)!);
    }

    [Fact]
    public void Read_OfEmptyColumns_IsNoState()
    {
        var row = Row();
        (row["Data"], row["StringData"]) = (Array.Empty<byte>(), "");
        Assert.Null(StateColumns.Read(row));
    }

    private static TableEntity Row() => new("p", "r");

    private static byte[] Bytes(int size)
    {
        var state = new byte[size];
        new Random(size).NextBytes(state);
        return state;
    }
}
