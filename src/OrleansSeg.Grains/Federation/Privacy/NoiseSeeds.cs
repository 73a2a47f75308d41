using System.Security.Cryptography;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Federation.Privacy;

namespace OrleansSeg.Federation.Privacy;

/// <summary>Draws the bits that noise is made of. Whoever draws stores them before they are used, and draws no others for the same step.</summary>
internal interface INoiseSeeds
{
    /// <summary>New bits, <see cref="SeededStream.SeedLength"/> bytes.</summary>
    /// <param name="federation">The federation's name.</param>
    /// <param name="drawer">A trainer's id, or <c>coordinator</c>.</param>
    /// <param name="step">What they are for.</param>
    byte[] Draw(string federation, string drawer, StepKey step);
}

/// <summary>Seeds of the machine's cryptographic generator, which hang on nothing.</summary>
internal sealed class RandomNoiseSeeds : INoiseSeeds
{
    /// <inheritdoc />
    public byte[] Draw(string federation, string drawer, StepKey step) => RandomNumberGenerator.GetBytes(SeededStream.SeedLength);
}

/// <summary>The seed of a trainer's step: drawn and stored when it is first asked for, and the same ever after.</summary>
/// <param name="data">A hash of everything that the noise will be added to hangs on, beside the order.</param>
/// <exception cref="StepDataChangedException">The step had begun on other data.</exception>
internal delegate Task<byte[]> StepSeed(string data);

/// <summary>What a trainer stores before it draws noise for a step.</summary>
/// <param name="Step">The step.</param>
/// <param name="Input">The bundle it works from.</param>
/// <param name="Data">A hash of the data it works on.</param>
/// <param name="Seed">The bits.</param>
[GenerateSerializer, Immutable, Alias("seg.stored-seed")]
internal sealed record StoredSeed(
    [property: Id(0)] StepKey Step, [property: Id(1)] string Input, [property: Id(2)] string Data, [property: Id(3)] byte[] Seed);

/// <summary>
/// A trainer's data have changed since it began the step: by an erasure, a consent given or withdrawn, or retention. The same noise over other data would
/// show the difference bare, and new noise would be a second release, so the trainer leaves the step alone.
/// </summary>
internal sealed class StepDataChangedException() : Exception(
    "What customers have consented to or had erased has changed since the step began, and its noise is not drawn twice: the trainer is left out of the round.");
