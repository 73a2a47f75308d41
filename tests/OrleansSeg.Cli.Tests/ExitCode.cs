namespace OrleansSeg.Cli.Tests;

/// <summary>The contract of exit codes, written out again: a change of the product's must fail here.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int RowsRejected = 3;
}
