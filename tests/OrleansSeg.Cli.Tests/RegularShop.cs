using System.Globalization;
using System.Text;

namespace OrleansSeg.Cli.Tests;

/// <summary>A shop that a model can learn from in a second, as a file in the <c>events</c> layout.</summary>
internal static class RegularShop
{
    /// <summary>Customers who buy every one to nine weeks of the 320 days before 2025-12-01; a third stop.</summary>
    public static string Events(int customers)
    {
        var (random, text) = (new Random(5), new StringBuilder("customerId,timestamp,type,orderId,item,quantity,unitPrice\n"));
        for (var customer = 0; customer < customers; customer++)
        {
            var (gap, stop) = (7 + (56 * random.NextDouble()), random.Next(3) == 0 ? random.Next(300) : 0);
            for (var day = 320 - (random.NextDouble() * gap); day > stop; day -= gap * (0.5 + random.NextDouble()))
            {
                var time = new DateTime(2025, 12, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(-day);
                text.AppendLine(CultureInfo.InvariantCulture, $"{customer},{time:yyyy-MM-ddTHH:mm:ssZ},purchase,o{customer}-{day:F3},sku{random.Next(20)},1,{5 + random.Next(customer % 7 == 0 ? 200 : 30)}");
            }
        }

        return text.ToString();
    }
}
