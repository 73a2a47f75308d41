using OrleansSeg.Inference;

namespace OrleansSeg.Grains.Tests.Inference;

public sealed class InferenceOptionsTests
{
    private readonly InferenceOptionsValidator _validator = new();

    [Fact]
    public void Defaults_AreValid() => Assert.True(_validator.Validate(null, new InferenceOptions()).Succeeded);

    [Fact]
    public void Invalid_NamesEveryField()
    {
        var options = new InferenceOptions
        {
            TokenBudget = 63,
            BatchSizeMax = 0,
            LingerMax = TimeSpan.FromSeconds(1.001),
            QueueLengthMax = 0,
            LowLaneEvery = 1,
            Device = "abacus",
            ThreadCount = 257,
            ModelPollInterval = TimeSpan.FromMilliseconds(49),
        };
        Assert.Equal(
            [
                "TokenBudget: The field InferenceOptions.TokenBudget must be between 64 and 1048576.",
                "BatchSizeMax: The field InferenceOptions.BatchSizeMax must be between 1 and 8192.",
                "LingerMax: The field InferenceOptions.LingerMax must be between 00:00:00 and 00:00:01.",
                "QueueLengthMax: The field InferenceOptions.QueueLengthMax must be between 1 and 1000000.",
                "LowLaneEvery: The field InferenceOptions.LowLaneEvery must be between 2 and 1000.",
                "Device: The field Device must be 'cpu' or 'cuda'.",
                "ThreadCount: The field InferenceOptions.ThreadCount must be between 0 and 256.",
                "ModelPollInterval: The field InferenceOptions.ModelPollInterval must be between 00:00:00.0500000 and 01:00:00.",
            ],
            _validator.Validate(null, options).Failures!);
    }

    [Fact]
    public void DeviceThatIsNotThere_IsNamed_WhereAModelWouldNeedIt()
    {
        var device = new InferenceDeviceValidator();
        var failure = Assert.Single(device.Validate(null, new InferenceOptions { Device = "cuda" }).Failures!);
        Assert.StartsWith("Device: 'cuda' was asked for, and this process sees no CUDA device;", failure, StringComparison.Ordinal);
        Assert.True(device.Validate(null, new InferenceOptions { Device = "cuda", Enabled = false }).Succeeded);
        Assert.True(device.Validate(null, new InferenceOptions()).Succeeded);
    }
}
