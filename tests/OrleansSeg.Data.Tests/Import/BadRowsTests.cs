using System.Globalization;
using System.Text;
using CsCheck;
using OrleansSeg.Data.Import;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Tests.Import;

/// <summary>One bad row each between two good ones: it is rejected for its reason, and both good ones are kept.</summary>
public sealed class BadRowsTests
{
    private const string Header = "customerId,type,timestamp,quantity,unitPrice,currency,rating,item,text\n";
    private const string Good = "c1,purchase,2019-03-01 10:00,2,4.50,,,shoe,\n";

    [Theory]
    [InlineData("c,purchase,2019-03-01,NaN,1,,,,", "badNumber", "quantity", "'NaN' is not a finite number")]
    [InlineData("c,purchase,2019-03-01,1,Infinity,,,,", "badNumber", "unitPrice", "'Infinity' is not a finite number")]
    [InlineData("c,purchase,2019-03-01,1,-Infinity,,,,", "badNumber", "unitPrice", "'-Infinity' is not a finite number")]
    [InlineData("c,purchase,2019-03-01,1,1e400,,,,", "badNumber", "unitPrice", "'1e400' is not a finite number")]
    [InlineData("c,purchase,2019-03-01,1,1e30,,,,", "numberOutOfRange", "unitPrice", "'1e30' is more than 1000000000")]
    [InlineData("c,purchase,2019-03-01,1,£5,,,,", "badNumber", "unitPrice", "'£5' is not a finite number")]
    [InlineData("c,purchase,2019-03-01,1,\"1,234.50\",,,,", "badNumber", "unitPrice", "'1,234.50' is not a finite number")]
    [InlineData("c,purchase,2019-03-01,-3,1,,,,", "negativeQuantity", "quantity", "'-3' is below zero")]
    [InlineData("c,view,2019-03-01,-3,1,,,,", "negativeQuantity", "quantity", "'-3' is below zero")]
    [InlineData("c,purchase,2019-03-01,3,-1,,,,", "negativePrice", "unitPrice", "'-1' is below zero")]
    [InlineData("c,review,2019-03-01,,,,NaN,,", "badNumber", "rating", "'NaN' is not a finite number")]
    [InlineData("c,purchase,1970-01-01,1,1,,,,", "impossibleTime", "timestamp", "1970-01-01T00:00:00.0000000+00:00 is not between 1990 and 2100")]
    [InlineData("c,purchase,2300-01-01,1,1,,,,", "impossibleTime", "timestamp", "2300-01-01T00:00:00.0000000+00:00 is not between 1990 and 2100")]
    [InlineData("c,purchase,2031-01-01,1,1,,,,", "impossibleTime", "timestamp", "2031-01-01T00:00:00.0000000+00:00 is in the future")]
    [InlineData("c,purchase,2019-02-30,1,1,,,,", "badTime", "timestamp", "'2019-02-30' is not a time as iso")]
    [InlineData("c,purchase,yesterday,1,1,,,,", "badTime", "timestamp", "'yesterday' is not a time as iso")]
    [InlineData("c,purchase,,1,1,,,,", "missingValue", "timestamp", "'' must have a value")]
    [InlineData("c,,2019-03-01,1,1,,,,", "missingValue", "type", "'' must have a value")]
    [InlineData("c,purchase,2019-03-01,1,1,pounds,,,", "badCurrency", "currency", "'pounds' is not a three-letter ISO 4217 code")]
    [InlineData("c,purchase,2019-03-01,1,1,USD,,,", "foreignCurrency", "currency", "'USD' is not the site's currency EUR")]
    [InlineData("c,purchase,2019-03-01,1,1,,,", "columnCount", "row", "has 8 columns, the header has 9")]
    [InlineData("c,purchase,2019-03-01,1,1,,,,,", "columnCount", "row", "has 10 columns, the header has 9")]
    [InlineData("c,purchase,2019-03-01,1,1,,,,\"open", "unbalancedQuote", "row", "a quote opens here and does not close where a field can end")]
    [InlineData("c,purchase,2019-03-01,1,1,,,,\"in\"side", "unbalancedQuote", "row", "a quote opens here and does not close where a field can end")]
    public async Task Row_IsRejected_AndItsNeighboursAreKept(string row, string code, string field, string reason)
    {
        var run = await ImportRun.OfTextAsync(Header + Good + row + "\n" + Good, new ImportOptions { SiteCurrency = "EUR" });
        Assert.Equal(new RejectedExample(3, field, reason, code), run.OnlyRejection);
        Assert.Equal((3, 2), (run.Report.RowsRead, run.Report.RowsKept));
    }

    [Fact]
    public async Task UnknownEventType_SaysWhichThereAre()
    {
        var run = await ImportRun.OfTextAsync(Header + "c,\"view,search\",2019-03-01,,,,,,\nc,99,2019-03-01,,,,,,\nc,none,2019-03-01,,,,,,\n");
        Assert.Equal(3, run.Report.Rejected[RejectionReasons.BadEventType]);
        Assert.Equal(
            "'view,search' is not an event type: one of view, search, addToCart, removeFromCart, purchase, return, review, social, campaignSent, "
            + "campaignOpened, campaignClicked, supportMessage was expected",
            run.Report.RejectedExamples[0].Reason);
    }

    [Fact]
    public async Task CustomerIds_WithCharactersThatStoresForbid_AreFine()
    {
        var run = await ImportRun.OfTextAsync(Header + "a/b\\c#d?e%f,view,2019-03-01,,,,,,\n" + new string('x', 256) + ",view,2019-03-01,,,,,,\n");
        Assert.Equal(["a/b\\c#d?e%f", new string('x', 256)], run.Events.Select(e => e.CustomerId));
    }

    [Fact]
    public async Task CustomerId_Of257Characters_IsRejected()
    {
        var run = await ImportRun.OfTextAsync(Header + new string('x', 257) + ",view,2019-03-01,,,,,,\n");
        Assert.Equal((RejectionReasons.BadCustomerId, "customerId"), (run.OnlyRejection.Code, run.OnlyRejection.Field));
        Assert.EndsWith("customer id must have 1 to 256 characters, has 257", run.OnlyRejection.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CustomerId_TooLongOnceEscaped_IsRejected()
    {
        var run = await ImportRun.OfTextAsync(Header + new string('/', 200) + ",view,2019-03-01,,,,,,\n", new ImportOptions { Site = "shop" });
        Assert.Contains("takes 605 characters once escaped", run.OnlyRejection.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8 * 1024, true)]
    [InlineData((8 * 1024) + 1, false)]
    public async Task Text_IsBoundedInBytes(int letters, bool kept)
    {
        var run = await ImportRun.OfTextAsync(Header + $"c,review,2019-03-01,,,,,,{new string('é', letters)}\n");
        Assert.Equal(kept ? 1 : 0, run.Report.RowsKept);
        Assert.Equal(kept ? 0 : 1, run.Report.Rejected.GetValueOrDefault(RejectionReasons.TooLong));
    }

    [Fact]
    public async Task ItemCode_LongerThanStored_IsRejected()
    {
        var run = await ImportRun.OfTextAsync(Header + $"c,view,2019-03-01,,,,,{new string('i', 257)},\n");
        Assert.Equal((RejectionReasons.TooLong, "item"), (run.OnlyRejection.Code, run.OnlyRejection.Field));
    }

    [Fact]
    public async Task Examples_AreBoundedForEachReason()
    {
        var text = new StringBuilder(Header);
        for (var i = 0; i < 500; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"c,purchase,2019-03-01,x{i},1,,,,\nc,purchase,never,1,1,,,,\n");
        }

        var run = await ImportRun.OfTextAsync(text.ToString());
        Assert.Equal((500, 500), (run.Report.Rejected[RejectionReasons.BadNumber], run.Report.Rejected[RejectionReasons.BadTime]));
        Assert.Equal(DataQualityReport.ExamplesMax, run.Report.RejectedExamples.Count(example => example.Code == RejectionReasons.BadNumber));
        Assert.Equal(2 * DataQualityReport.ExamplesMax, run.Report.RejectedExamples.Length);
        Assert.Equal(2, run.Report.RejectedExamples[0].Row);
    }

    [Fact]
    public async Task LongValue_IsShownShortened()
    {
        var run = await ImportRun.OfTextAsync(Header + $"c,purchase,{new string('9', 5000)},1,1,,,,\n");
        Assert.True(run.OnlyRejection.Reason.Length < 120, run.OnlyRejection.Reason);
    }

    [Fact]
    public async Task FileOfOnlyBadRows_KeepsNoneAndRejectsSome()
    {
        var run = await ImportRun.OfTextAsync(Header + "c,purchase,never,1,1,,,,\n" + "x\n");
        Assert.Equal((2, 0), (run.Report.RowsRead, run.Report.RowsKept));
        Assert.Equal(2, run.Report.Rejected.Count);
        Assert.Null(run.Report.FirstEvent);
    }

    [Fact]
    public Task AnyMixOfGoodAndBadValues_AddsUp()
    {
        var value = Gen.OneOf(
            Gen.OneOf("", "c1", "purchase", "view", "never", "2019-03-01", "2019-03-01T10:00Z", "1970-01-01", "0", "-1", "2.5", "1e9", "1e10", "NaN", "EUR", "USD", "\"", "\"a", "é", "a\"b", "x,y", "\"x,y\""),
            Gen.String[0, 12].Select(text => text.Replace('\n', ' ').Replace('\r', ' ')));
        return Gen.Select(value.Array[8, 10].List[0, 60], Gen.Bool).SampleAsync(
            async (rows, drop) =>
            {
                // What holds for every import is asserted by the run itself, at every event.
                var text = Header + Good + string.Concat(rows.Select(row => string.Join(',', row) + "\n"));
                var run = await ImportRun.OfTextAsync(text, new ImportOptions { Layout = "events", SiteCurrency = "EUR", DropExactDuplicates = drop });
                Assert.True(run.Report.RowsKept >= 1);
                Assert.True(run.Report.RowsRead <= rows.Count + 1);
            },
            iter: 300);
    }
}
