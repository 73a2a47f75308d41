using System.Security.Cryptography;
using CsCheck;
using OrleansSeg.Model.Native;
using TorchSharp;

namespace OrleansSeg.Model.Tests.Native;

public sealed class LibTorchTests
{
    [Fact]
    public void Tensor_OnThisHost_Multiplies()
    {
        LibTorch.EnsureLoadable();
        using var product = torch.ones(2, 3).matmul(torch.ones(3, 2));
        Assert.Equal(3f, product[0, 0].item<float>());
    }

    [Fact]
    public void Image_CutShortAnywhere_IsRefusedOrUnchanged()
    {
        var image = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so"));
        Gen.Int[0, 4096].Sample(length =>
        {
            try
            {
                Assert.Equal(0, ElfVersionNeeds.MarkWeak(image.AsSpan(0, length), "GLIBCXX_3.4.32"));
            }
            catch (InvalidDataException)
            {
                // A cut image must be refused in words.
            }
        }, iter: 200);
    }

    [Fact]
    public void MarkWeak_ChangesOneFlag_AndASecondTimeNothing()
    {
        var image = File.ReadAllBytes(PackagedLibrary());
        var original = image.ToArray();
        Assert.Equal(1, ElfVersionNeeds.MarkWeak(image, "GLIBCXX_3.4.32"));
        Assert.Equal(1, original.Zip(image).Count(pair => pair.First != pair.Second));
        Assert.Equal(0, ElfVersionNeeds.MarkWeak(image, "GLIBCXX_3.4.32"));
        Assert.Equal(0, ElfVersionNeeds.MarkWeak(original, "GLIBCXX_9.9.99"));
        Assert.Equal(SHA256.HashData(original), SHA256.HashData(File.ReadAllBytes(PackagedLibrary())));
    }

    private static string PackagedLibrary()
    {
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return Path.Combine(cache, "torchsharp", typeof(torch).Assembly.GetName().Version!.ToString(3), "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
    }
}
