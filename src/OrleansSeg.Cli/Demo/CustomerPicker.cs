using OrleansSeg.Client;
using OrleansSeg.Customers;
using OrleansSeg.Segments;

namespace OrleansSeg.Cli.Demo;

/// <summary>A customer to show.</summary>
/// <param name="Assignment">The segment.</param>
/// <param name="Profile">What is known.</param>
internal sealed record ShownCustomer(SegmentAssignment Assignment, CustomerProfile Profile);

/// <summary>Finds customers worth showing.</summary>
internal static class CustomerPicker
{
    private const int MembersRead = 100;

    /// <summary>One customer of each segment: the one the model is surest of among the first members.</summary>
    /// <param name="client">The site.</param>
    /// <param name="segments">Segments to show, in this order; empty ones are left out.</param>
    /// <param name="cancellationToken">Stops between calls.</param>
    public static async Task<IReadOnlyList<string>> OneOfEachAsync(
        SegmentationClient client, IEnumerable<string> segments, CancellationToken cancellationToken)
    {
        var chosen = new List<string>();
        foreach (var segment in segments)
        {
            var members = await client.GetMembersAsync(segment, cancellationToken).Take(MembersRead).ToListAsync(cancellationToken);
            if (members.OrderByDescending(member => member.Probability).ThenBy(member => member.Customer, StringComparer.Ordinal).FirstOrDefault() is { } surest)
            {
                chosen.Add(surest.Customer);
            }
        }

        return chosen;
    }

    /// <summary>The member of a segment who ordered on most days, among the first members; null when nobody ever ordered.</summary>
    public static async Task<ShownCustomer?> BestBuyerAsync(SegmentationClient client, string segment, CancellationToken cancellationToken)
    {
        var members = await client.GetMembersAsync(segment, cancellationToken).Take(MembersRead).ToListAsync(cancellationToken);
        var shown = await ShowAsync(client, [.. members.Select(member => member.Customer)], cancellationToken);
        return shown.Where(one => one.Profile.PurchaseDays > 0 && one.Assignment.Segment == segment).MaxBy(one => one.Profile.PurchaseDays);
    }

    /// <summary>Looks customers up, with what is known of them.</summary>
    public static async Task<IReadOnlyList<ShownCustomer>> ShowAsync(
        SegmentationClient client, IReadOnlyList<string> customers, CancellationToken cancellationToken)
    {
        var assignments = await client.LookUpManyAsync(customers, cancellationToken);
        var profiles = await Task.WhenAll(customers.Select(id => client.Customer(id).GetProfileAsync(cancellationToken)));
        return [.. assignments.Zip(profiles, (assignment, profile) => new ShownCustomer(assignment, profile))];
    }
}
