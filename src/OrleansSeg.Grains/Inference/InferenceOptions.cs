using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using OrleansSeg.Model.Native;

namespace OrleansSeg.Inference;

/// <summary>How a silo batches the calls of its inference engine.</summary>
public sealed class InferenceOptions
{
    /// <summary>Whether this silo runs an engine; a silo without one sends scoring to those that do.</summary>
    /// <value>Default true.</value>
    public bool Enabled { get; set; } = true;

    /// <summary>Most padded steps in a batch: requests × the longest of them. A longer single request is refused at the door.</summary>
    /// <value>Default 16,384, which is 256 full-length customers; 64 to 1,048,576.</value>
    [Range(64, 1_048_576)]
    public int TokenBudget { get; set; } = 16_384;

    /// <summary>Most requests in a batch, however short.</summary>
    /// <value>Default 512; 1 to 8,192.</value>
    [Range(1, 8_192)]
    public int BatchSizeMax { get; set; } = 512;

    /// <summary>Longest time the first request waits for company.</summary>
    /// <value>Default 2 ms; zero disables waiting; at most 1 s.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan LingerMax { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Most requests that wait; the next is refused as overload.</summary>
    /// <value>Default 8,192; 1 to 1,000,000.</value>
    [Range(1, 1_000_000)]
    public int QueueLengthMax { get; set; } = 8_192;

    /// <summary>Every so many batches the lowest waiting lane goes first, so that storefront load cannot starve the sweep.</summary>
    /// <value>Default 8; 2 to 1,000.</value>
    [Range(2, 1_000)]
    public int LowLaneEvery { get; set; } = 8;

    /// <summary>What the model runs on: <c>cpu</c>, or <c>cuda</c> in a build for it (<c>-p:Accelerator=cuda</c>).</summary>
    /// <value>Default <c>cpu</c>.</value>
    [Required, RegularExpression("^(cpu|cuda)$", ErrorMessage = "The field Device must be 'cpu' or 'cuda'.")]
    public string Device { get; set; } = "cpu";

    /// <summary>Threads of one tensor operation; silos on one machine must share its cores.</summary>
    /// <value>Default 0: all cores; at most 256.</value>
    [Range(0, 256)]
    public int ThreadCount { get; set; }

    /// <summary>How often the model registry is asked whether another version is in service.</summary>
    /// <value>Default 2 s; 50 ms to 1 h.</value>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")]
    public TimeSpan ModelPollInterval { get; set; } = TimeSpan.FromSeconds(2);
}

/// <summary>Checks the attributes.</summary>
[OptionsValidator]
public sealed partial class InferenceOptionsValidator : IValidateOptions<InferenceOptions>;

/// <summary>Checks that the device is there, so that a silo without it ends at its start and not at its first batch.</summary>
internal sealed class InferenceDeviceValidator : IValidateOptions<InferenceOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, InferenceOptions options) =>
        options is { Enabled: true, Device: "cuda" } && !LibTorch.HasCuda()
            ? ValidateOptionsResult.Fail("Device: 'cuda' was asked for, and this process sees no CUDA device; it needs a build with -p:Accelerator=cuda and NVIDIA's driver.")
            : ValidateOptionsResult.Success;
}
