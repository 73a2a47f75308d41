using System.Globalization;
using System.Text;

namespace OrleansSeg.Cli.Tests;

/// <summary>Small files in the <c>online-retail</c> layout.</summary>
internal static class RetailFile
{
    public const string Header = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n";

    /// <summary>One line of an invoice.</summary>
    public static string Row(string customer, int invoice, string date = "2011-03-01 10:00:00", string quantity = "2", string price = "3.50") =>
        string.Create(CultureInfo.InvariantCulture, $"{536_000 + invoice},85{invoice:D3},WHITE LANTERN {invoice},{quantity},{date},{price},{customer},United Kingdom\n");

    /// <summary>Customers 1 to <paramref name="customers"/> with some lines each; the ids are numbers from 12001.</summary>
    public static string Sound(int customers, int linesEach)
    {
        var text = new StringBuilder(Header);
        for (var customer = 1; customer <= customers; customer++)
        {
            for (var line = 0; line < linesEach; line++)
            {
                var day = new DateTime(2011, 1, 1).AddDays((customer * 7) + (line * 20));
                text.Append(Row(Id(customer), (customer * 100) + line, day.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)));
            }
        }

        return text.ToString();
    }

    /// <summary>The id of the n-th customer.</summary>
    public static string Id(int customer) => (12_000 + customer).ToString(CultureInfo.InvariantCulture);
}
