namespace OrleansSeg.Hosting;

/// <summary>Why an activation ends that no longer knows what is stored.</summary>
/// <remarks>
/// Without the exception: Orleans refuses calls that wait for an activation whose reason carries one, with that exception, and hands
/// them to the next activation otherwise. They have seen nothing of the failure, so the next one can answer them.
/// </remarks>
internal static class LostStore
{
    /// <summary>The reason.</summary>
    public static DeactivationReason Reason { get; } = new(DeactivationReasonCode.ApplicationError, "What is stored is not known.");
}
