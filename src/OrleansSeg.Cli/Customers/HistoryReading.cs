using System.Runtime.CompilerServices;
using OrleansSeg.Client;
using OrleansSeg.Customers;
using OrleansSeg.Events;

namespace OrleansSeg.Cli.Customers;

/// <summary>Reads whole histories and whole sites, page after page.</summary>
internal static class HistoryReading
{
    private const int PageSize = 2_000;

    /// <summary>Every event of a customer within bounds, oldest first.</summary>
    public static async IAsyncEnumerable<BehaviourEvent> ReadHistoryAsync(
        this ICustomerGrain customer, DateTimeOffset? from, DateTimeOffset? to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? token = null;
        do
        {
            var page = await customer.GetHistoryAsync(new HistoryQuery(from, to, token, PageSize), cancellationToken);
            foreach (var e in page.Events)
            {
                yield return e;
            }

            token = page.NextPageToken;
        }
        while (token is not null);
    }

    /// <summary>Every registered customer of the site, partition after partition.</summary>
    public static async IAsyncEnumerable<string> ReadCustomersAsync(
        this SegmentationClient client, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var partitions = (await client.GetLayoutAsync(cancellationToken)).PartitionCount;
        for (var number = 0; number < partitions; number++)
        {
            string? token = null;
            do
            {
                var page = await client.Partition(number).GetCustomersAsync(token, PageSize, cancellationToken);
                foreach (var id in page.CustomerIds)
                {
                    yield return id;
                }

                token = page.NextPageToken;
            }
            while (token is not null);
        }
    }
}
