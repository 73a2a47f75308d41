using System.Collections.Concurrent;
using OrleansSeg.Client;
using OrleansSeg.Segments;

namespace OrleansSeg.Cli.Explanations;

/// <summary>What speaks for a segment and against it, over a sample of the customers decided for it.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Members">Its customers, as the index has them.</param>
/// <param name="Explained">Customers whose explanations were averaged.</param>
/// <param name="LeftOut">Customers of the sample who turned out to be elsewhere, to be gone, or not to consent any more.</param>
/// <param name="ModelVersion">The latest model that explained.</param>
/// <param name="Factors">The heaviest first.</param>
internal sealed record SegmentImportance(
    string Segment, long Members, int Explained, int LeftOut, int ModelVersion, IReadOnlyList<FactorImportance> Factors)
{
    private const int AtOnce = 8;

    /// <summary>Asks a sample of the segment's customers why they are in it. Cost: an explanation each, in the back-fill lane.</summary>
    /// <param name="client">The site's customers.</param>
    /// <param name="segment">The segment.</param>
    /// <param name="count">Size of the sample.</param>
    /// <param name="seed">Draws it.</param>
    /// <param name="cancellationToken">Stops between two.</param>
    /// <exception cref="VerbFailedException">Nobody is in the segment, or nobody of the sample any more.</exception>
    public static async Task<SegmentImportance> GatherAsync(
        SegmentationClient client, string segment, int count, int seed, CancellationToken cancellationToken)
    {
        var (members, sample) = await DrawAsync(client, segment, count, seed, cancellationToken);
        var explanations = new ConcurrentBag<SegmentExplanation>();
        await Parallel.ForEachAsync(
            sample,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (customer, stop) =>
            {
                try
                {
                    explanations.Add(await client.Customer(customer).ExplainAsync(stop));
                }
                catch (InvalidOperationException exception) when (exception.InnerException is null)
                {
                    // Gone, or without consent, since the index said so. Without a model nobody has an explanation, and that has a cause within.
                }
            });
        var found = explanations.Where(explanation => explanation.Segment == segment).OrderBy(explanation => explanation.Customer, StringComparer.Ordinal).ToList();
        return found.Count > 0
            ? new SegmentImportance(segment, members, found.Count, sample.Count - found.Count, found.Max(explanation => explanation.ModelVersion), FactorImportance.Of(found))
            : throw new VerbFailedException(
                members == 0 ? $"Nobody is in segment '{segment}'." : $"None of the {sample.Count} customers asked is in segment '{segment}' any more; sweeps will say so.");
    }

    /// <summary>Vitter 1985, algorithm R: every member has the same chance, and the sample alone is in memory.</summary>
    private static async Task<(long Members, List<string> Sample)> DrawAsync(
        SegmentationClient client, string segment, int count, int seed, CancellationToken cancellationToken)
    {
        var (random, sample, members) = (new Random(seed), new List<string>(count), 0L);
        await foreach (var member in client.GetMembersAsync(segment, cancellationToken))
        {
            members++;
            if (sample.Count < count)
            {
                sample.Add(member.Customer);
            }
            else if (random.NextInt64(members) is var place && place < count)
            {
                sample[(int)place] = member.Customer;
            }
        }

        return (members, sample);
    }
}

/// <summary>One factor's part in a segment.</summary>
/// <param name="Name">The feature, or the kind of event.</param>
/// <param name="Importance">Mean over customers of the size of its contributions, in logits.</param>
/// <param name="Direction">Mean with the sign: above zero it speaks for the segment.</param>
internal sealed record FactorImportance(string Name, double Importance, double Direction)
{
    /// <summary>Averages explanations; a factor that a customer does not have counts as nothing.</summary>
    public static IReadOnlyList<FactorImportance> Of(IReadOnlyCollection<SegmentExplanation> explanations) =>
    [
        .. explanations.SelectMany(explanation => explanation.Factors)
            .GroupBy(factor => factor.Group ?? factor.Name, StringComparer.Ordinal)
            .Select(group => new FactorImportance(
                group.Key, group.Sum(factor => Math.Abs((double)factor.Contribution)) / explanations.Count, group.Sum(factor => (double)factor.Contribution) / explanations.Count))
            .OrderByDescending(factor => factor.Importance)
            .ThenBy(factor => factor.Name, StringComparer.Ordinal),
    ];
}
