namespace OrleansSeg.Model.Evaluation.Rolling;

/// <summary>Resamples whole customers over several cutoffs.</summary>
internal sealed class CustomerDraws
{
    private readonly int[][] _customers;

    /// <summary>Numbers the customers.</summary>
    /// <param name="tests">By cutoff, whose each example is.</param>
    public CustomerDraws(IReadOnlyList<IReadOnlyList<string>> tests)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var customer in tests.SelectMany(test => test))
        {
            numbers.TryAdd(customer, numbers.Count);
        }

        _customers = [.. tests.Select(test => test.Select(customer => numbers[customer]).ToArray())];
        (Count, ExampleCount) = (numbers.Count, _customers.Sum(test => test.Length));
    }

    /// <summary>Different customers.</summary>
    public int Count { get; }

    /// <summary>Examples over all cutoffs.</summary>
    public int ExampleCount { get; }

    /// <summary>How often each example counts in one resample, by cutoff.</summary>
    /// <param name="seed">Seed of all resamples.</param>
    /// <param name="draw">Which one: the same in whatever order they are drawn.</param>
    public int[][] Draw(int seed, int draw)
    {
        var weights = Bootstrap.Weights(Count, new Random(unchecked((seed * 1_000_003) + draw)));
        return Array.ConvertAll(_customers, test => Array.ConvertAll(test, customer => weights[customer]));
    }
}
