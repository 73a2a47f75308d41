namespace OrleansSeg.Cli.Bench;

/// <summary>One thing that can be measured.</summary>
internal interface IBenchmark
{
    /// <summary>Its name on the command line.</summary>
    string Name { get; }

    /// <summary>What it measures, in one sentence.</summary>
    string Description { get; }

    /// <summary>Customers it works on when the command line does not say.</summary>
    int CustomersByDefault { get; }

    /// <summary>Measures.</summary>
    Task<BenchReport> RunAsync(BenchContext context, CancellationToken cancellationToken);
}
