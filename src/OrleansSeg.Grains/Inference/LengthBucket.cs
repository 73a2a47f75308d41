using System.Numerics;

namespace OrleansSeg.Inference;

/// <summary>Lengths that are padded to one another: a sequence of up to 8 steps is never padded to 64.</summary>
/// <param name="Shortest">Fewest steps, inclusive; 0 for explanations, which go alone.</param>
/// <param name="Longest">Most steps, inclusive.</param>
internal readonly record struct LengthBucket(int Shortest, int Longest)
{
    private const int Step = 64;

    /// <summary>For requests that share a batch with nobody.</summary>
    public static LengthBucket Alone { get; } = new(0, 0);

    /// <summary>How many different lengths it holds: 8, 8, 16, 32, then 64 each.</summary>
    public int Width => Longest - Shortest + 1;

    /// <summary>The bucket of a request.</summary>
    public static LengthBucket Of(PendingScore request)
    {
        if (request is PendingExplanation)
        {
            return Alone;
        }

        var length = request.Length;
        if (length <= 8)
        {
            return new(1, 8);
        }

        if (length <= Step)
        {
            var longest = (int)BitOperations.RoundUpToPowerOf2((uint)length);
            return new((longest / 2) + 1, longest);
        }

        var before = (length - 1) / Step * Step;
        return new(before + 1, before + Step);
    }
}
