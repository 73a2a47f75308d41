namespace OrleansSeg.Cli;

/// <summary>Numbers of the command line that have bounds.</summary>
internal static class BoundedNumber
{
    /// <summary>The number, if it is within its bounds.</summary>
    /// <exception cref="UsageException">It is not; the message names the option and the bounds.</exception>
    public static int Of(string option, int value, int min, int max) =>
        value >= min && value <= max ? value : throw new UsageException($"{option} must be {min} to {max}, not {value}.");
}
