using OrleansSeg.Data.Import;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Tests.Import;

public sealed class MappingTests
{
    private const string Shop = """
        {
          // A shop in Paris that exports with decimal commas.
          "customer": "Client",
          "time": { "column": "Date", "formats": ["dd/MM/yyyy HH:mm"] },
          "type": { "column": "Action", "map": { "achat": "purchase", "retour": "return", "vue": "view", "bot": "ignore" } },
          "order": "Commande",
          "item": "Article",
          "category": "Rayon",
          "quantity": "Quantité",
          "total": "Montant",
          "currency": { "constant": "EUR" },
          "rating": "Note",
          "channel": { "constant": "web" },
          "text": ["Titre", "Libellé"],
          "attributes": { "city": "Ville", "tier": { "constant": "gold" } },
          "optional": ["rating"],
          "missing": ["N/A"],
          "delimiter": ";",
          "decimalSeparator": ",",
          "timeZone": "Europe/Paris",
          "rules": { "negativeQuantity": "return", "nonPositivePrice": "drop", "notProducts": ["PORT"], "notProductLines": "drop" },
        }
        """;

    private const string Header = "Client;Date;Action;Commande;Article;Rayon;Quantité;Montant;Libellé;Ville\n";

    [Fact]
    public async Task EveryPart_OfAMapping_IsHeldTo()
    {
        var run = await ImportRun.OfMappedAsync(
            Shop,
            Header
            + "7;14/07/2019 12:30;achat;A1;X;fleurs;2;9,90;roses;Paris\n"
            + "7;15/07/2019 12:30;achat;A2;X;N/A;-2;-9,90;roses;N/A\n"
            + "7;16/07/2019 12:30;achat;A3;PORT;;1;5,00;port;Paris\n"
            + "7;17/07/2019 12:30;achat;A3;X;;1;0,00;cadeau;Paris\n"
            + "7;18/07/2019 12:30;bot;;;;;;;\n"
            + ";18/07/2019 12:30;vue;;;;;;;\n"
            + "7;19/12/2019 12:30;retour;A4;Y;;1;3,00;tulipes;Paris\n",
            new ImportOptions { SiteCurrency = "EUR" });
        Assert.Empty(run.Report.Rejected);
        Assert.Equal(
            [("ignoredEventType", 1L), ("missingCustomerId", 1L), ("nonPositivePrice", 1L), ("notAProduct", 1L)],
            run.Report.Dropped.Select(pair => (pair.Key, pair.Value)));
        Assert.Equal(3, run.Events.Count);
        var (bought, back, unmatched) = (run.Events[0], run.Events[1].Event, run.Events[2].Event);
        Assert.Equal(
            new BehaviourEvent
            {
                EventId = bought.Event.EventId,
                Type = EventType.Purchase,
                Timestamp = new DateTimeOffset(2019, 7, 14, 10, 30, 0, TimeSpan.Zero),
                OrderId = "A1",
                Item = "X",
                Category = "fleurs",
                Quantity = 2,
                UnitPrice = 4.95m,
                Channel = "web",
                Text = "roses",
                Backfilled = true,
            },
            bought.Event);
        Assert.Equal([("city", "Paris"), ("tier", "gold")], bought.Attributes!.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value)));
        Assert.Equal((EventType.Return, 2m, 4.95m, (string?)null), (back.Type, back.Quantity, back.UnitPrice, back.Category));
        Assert.Equal((EventType.Return, new TimeSpan(11, 30, 0)), (unmatched.Type, unmatched.Timestamp.TimeOfDay));
        Assert.Equal((1, 1), (run.Report.ReturnsMatched, run.Report.ReturnsUnmatched));
        Assert.Equal(("mapping mapping.json", "Europe/Paris"), (run.Report.Layout, run.Report.TimeZone));
    }

    [Fact]
    public async Task OptionsOfTheCall_WinOverTheMapping()
    {
        var run = await ImportRun.OfMappedAsync(
            Shop,
            Header.Replace(';', '|') + "7|14/07/2019 12:30|vue|||||||\n",
            new ImportOptions { Delimiter = "|", TimeZone = "UTC" });
        Assert.Equal(new TimeSpan(12, 30, 0), run.Only.Timestamp.TimeOfDay);
    }

    [Fact]
    public async Task ForeignConstantCurrency_RejectsEveryRow()
    {
        var run = await ImportRun.OfMappedAsync(Shop, Header + "7;14/07/2019 12:30;vue;;;;;;;\n", new ImportOptions { SiteCurrency = "GBP" });
        Assert.Equal(("currency", "'EUR' is not the site's currency GBP"), (run.OnlyRejection.Field, run.OnlyRejection.Reason));
    }

    [Fact]
    public async Task RejectionReason_NamesTheColumnOfTheFile()
    {
        var run = await ImportRun.OfMappedAsync(Shop, Header + "7;2019-07-14;vue;;;;;;;\n");
        Assert.Equal(("timestamp", "column Date: '2019-07-14' is not a time as dd/MM/yyyy HH:mm"), (run.OnlyRejection.Field, run.OnlyRejection.Reason));
    }

    [Fact]
    public async Task MissingColumn_IsNamed_WithThoseFound()
    {
        var problem = await Assert.ThrowsAsync<ImportUsageException>(() => ImportRun.OfMappedAsync(Shop, "Client;Date;Action;Commande;Article;Rayon;Quantité;Montant\n"));
        Assert.Equal(
            "shop.csv lacks columns that mapping mapping.json needs: text (Titre or Libellé), city (Ville). "
            + "Found: Client, Date, Action, Commande, Article, Rayon, Quantité, Montant.",
            problem.Message);
    }

    [Fact]
    public async Task RowsWithoutTotalUnits_CountAsOne()
    {
        var mapping = """{ "customer": "c", "time": "t", "type": { "constant": "purchase" }, "quantity": "q", "total": "m" }""";
        var run = await ImportRun.OfMappedAsync(mapping, "c,t,q,m\n1,2019-01-01,,5\n1,2019-01-01,0,6\n1,2019-01-01,0,0\n1,2019-01-01,0.0000001,900\n");
        Assert.Equal([((decimal?)null, 5m), (null, 6m)], run.Events.Select(e => (e.Event.Quantity, e.Event.Amount)));
        Assert.Equal(1, run.Report.Dropped[DropPolicies.ZeroQuantity]);
        Assert.Equal(RejectionReasons.NumberOutOfRange, run.OnlyRejection.Code);
    }

    [Fact]
    public async Task UnixTimes_AreRead()
    {
        var mapping = """{ "customer": "c", "time": { "column": "t", "formats": ["unixMilliseconds"] }, "type": { "constant": "view" } }""";
        var run = await ImportRun.OfMappedAsync(mapping, """{"c":1,"t":1552000000123}""", null, "shop.jsonl");
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1552000000123), run.Only.Timestamp);
    }

    [Fact]
    public async Task ExactDuplicates_AreDroppedWhereTheMappingSaysSo_AndComparedInEveryColumn()
    {
        var mapping = """{ "customer": "c", "time": "t", "type": { "constant": "view" }, "rules": { "exactDuplicates": "drop" } }""";
        const string file = "c,t,line\n1,2019-01-01,1\n1,2019-01-01,1\n1,2019-01-01,2\n";
        var dropped = await ImportRun.OfMappedAsync(mapping, file);
        Assert.Equal((2, 1), (dropped.Report.RowsKept, dropped.Report.Dropped[DropPolicies.ExactDuplicate]));
        Assert.Equal(3, (await ImportRun.OfMappedAsync(mapping, file, new ImportOptions { DropExactDuplicates = false })).Report.RowsKept);
    }

    [Theory]
    [InlineData("""{ "time": "t" }""", "it must say where customer and type come from.")]
    [InlineData("""{ "customer": "c", "time": "t", "type": "k", "prize": "p" }""", "has a property 'prize': one of customer, time, type,")]
    [InlineData("""{ "customer": "c", "time": "t", "type": "k", "rules": { "strict": true } }""", "has a property 'rules.strict': one of missingCustomer,")]
    [InlineData("""{ "customer": "c", "time": "t", "type": "k", "price": "p", "total": "q" }""", "it has both price (of one unit) and total (of the line)")]
    [InlineData("""{ "customer": { "constant": "c" }, "time": "t", "type": "k" }""", "customer cannot be a constant.")]
    [InlineData("""{ "customer": [], "time": "t", "type": "k" }""", "customer names no column.")]
    [InlineData("""{ "customer": "c", "time": "t", "type": { "constant": "buy" } }""", "'buy' is no event type: one of view, search,")]
    [InlineData("""{ "customer": "c", "time": "t", "type": { "constant": "ignore" } }""", "'ignore' is no event type")]
    [InlineData("""{ "customer": "c", "time": "t", "type": { "column": "k", "map": { "x": "buy" } } }""", "'buy' is no event type")]
    [InlineData("""{ "customer": "c", "time": "t", "type": { "column": "k", "constant": "view" } }""", "exactly one of 'column' and 'constant'")]
    [InlineData("""{ "customer": "c", "time": { "column": "t", "formats": ["q"] }, "type": "k" }""", "'q' is no time format: iso, unixSeconds,")]
    [InlineData("""{ "customer": "c", "time": "t", "type": "k", "item": { "column": "i", "map": {} } }""", "item has a map: only type can have one.")]
    [InlineData("""{ "customer": "c", "time": "t", "type": "k", "item": { "column": "i", "formats": ["iso"] } }""", "item has formats: only time can have them.")]
    [InlineData("""{ "customer": "c", "time": "t", "type": "k", "optional": ["rating"] }""", "'rating' in optional is no mapped field")]
    [InlineData("""{ "customer": "c", "time": "t", "type": "k", "decimalSeparator": ";" }""", "the decimal separator ';' is neither . nor ,")]
    [InlineData("""{ "customer": "c", "time": "t", "type": "k", "rules": { "exactDuplicates": "yes" } }""", "rules.exactDuplicates is 'yes': keep or drop was expected.")]
    [InlineData("""{ "customer": 5 }""", "cannot be read")]
    [InlineData("""[1]""", "holds no JSON object.")]
    [InlineData("""null""", "holds no JSON object.")]
    [InlineData("""not json""", "cannot be read")]
    [InlineData("""{ "customer": "c", "time": "t", "type": "k", "rules": null }""", "says null for rules: leave it out instead.")]
    [InlineData("""{ "customer": "c", "time": "t", "type": "k", "attributes": null }""", "says null for attributes: leave it out instead.")]
    [InlineData("""{ "customer": "c", "time": "t", "type": "k", "attributes": { "a": null } }""", "says null for attributes.a: leave it out instead.")]
    public async Task UnsoundMapping_IsRefused_InItsOwnWords(string mapping, string message)
    {
        var problem = await Assert.ThrowsAsync<ImportUsageException>(() => ImportRun.OfMappedAsync(mapping, "c,t,k\n1,2019-01-01,view\n"));
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Contains("mapping.json", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryLayout_IsASoundMapping()
    {
        foreach (var name in EventFileImport.LayoutNames)
        {
            var resource = typeof(EventFileImport).Assembly.GetManifestResourceStream($"OrleansSeg.Data.Import.Layouts.{name}.json")!;
            var mapping = await new StreamReader(resource).ReadToEndAsync();
            var problem = await Record.ExceptionAsync(() => ImportRun.OfMappedAsync(mapping, "nothing,of,it\n"));

            // A layout that brings the names of its columns reads any file: then as rows of another shape.
            Assert.True(problem is null || problem.Message.StartsWith("shop.csv lacks columns", StringComparison.Ordinal), $"{name}: {problem}");
        }
    }
}
