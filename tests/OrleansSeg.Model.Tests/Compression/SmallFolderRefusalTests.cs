using System.Text.Json.Nodes;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Tests.Compression;

public sealed class SmallFolderRefusalTests : IDisposable
{
    private readonly SmallFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("quantization_config", """{"quant_method": "gptq"}""", "quantized by 'gptq', which is not supported")]
    [InlineData("quantization_config", """{}""", "quantized by '', which is not supported")]
    [InlineData("quantization_config", """{"quant_method": "int8_rows"}""", "weight_scale' of shape (24) is missing")]
    [InlineData("compute_dtype", "\"float8\"", "compute_dtype 'float8'; bfloat16 and float16 are possible")]
    [InlineData("pruned_heads", "[1]", "pruned_heads of kind Array")]
    [InlineData("pruned_heads", """{"0": [4]}""", "pruned_heads of layer '0' that cannot be")]
    [InlineData("pruned_heads", """{"0": [-1]}""", "pruned_heads of layer '0' that cannot be")]
    [InlineData("pruned_heads", """{"0": [1, 1]}""", "pruned_heads of layer '0' that cannot be")]
    [InlineData("pruned_heads", """{"0": [0, 1, 2, 3]}""", "pruned_heads of layer '0' that cannot be")]
    [InlineData("pruned_heads", """{"4": [1]}""", "pruned_heads of layer '4' that cannot be")]
    [InlineData("pruned_heads", """{"-1": [1]}""", "pruned_heads of layer '-1' that cannot be")]
    [InlineData("pruned_heads", """{"1": [0.5]}""", "pruned_heads of layer '1' that cannot be")]
    [InlineData("pruned_heads", """{"1": [2]}""", "Tensor 'bert.encoder.layer.1.attention.self.query.weight' is of shape (24, 24), expected (18, 24)")]
    [InlineData("intermediate_sizes", "[40, 40]", "intermediate_sizes that cannot be")]
    [InlineData("intermediate_sizes", "[40, 40, 40, 0]", "intermediate_sizes that cannot be")]
    [InlineData("intermediate_sizes", "[40, 40, 40, -7]", "intermediate_sizes that cannot be")]
    [InlineData("intermediate_sizes", "[40, 40, 40, 41]", "intermediate_sizes that cannot be")]
    [InlineData("intermediate_sizes", "40", "intermediate_sizes that cannot be")]
    [InlineData("intermediate_sizes", "[40, 40, 30, 40]", "Tensor 'bert.encoder.layer.2.intermediate.dense.weight' is of shape (40, 24), expected (30, 24)")]
    public void Config_ThatDoesNotFit_IsRefused_AndNamesWhat(string field, string value, string expected)
    {
        var path = Path.Combine(_folder.FullPath, "config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!;
        config[field] = JsonNode.Parse(value);
        File.WriteAllText(path, config.ToJsonString());
        Assert.Contains(expected, Assert.Throws<CheckpointException>(() => TransformerTextEncoder.Load(_folder.FullPath)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(-1f)]
    [InlineData(1e-30f)]
    public void Scale_ThatDividesNothing_IsNamed(float scale)
    {
        Change(tensors => tensors["bert.encoder.layer.0.output.dense.weight_scale"].Values[2] = scale);
        Assert.Contains("'bert.encoder.layer.0.output.dense.weight_scale' is below", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Weight_OfOtherNumbers_IsNamed()
    {
        Change(_ => { });
        Assert.Contains("weight' is of type F32, expected I8", Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ComputePrecision.BFloat16, ScalarType.BFloat16, 8e-2)]
    [InlineData(ComputePrecision.Half, ScalarType.Float16, 1e-2)]
    public void HalfPrecision_IsTheFoldersOrTheCallers(ComputePrecision precision, ScalarType type, double tolerance)
    {
        using (var model = _folder.Read())
        {
            model.Write(_folder.Part("small"), precision);
        }

        using var asked = TextCheckpoint.Load(_folder.FullPath, precision: precision);
        using var written = TextCheckpoint.Load(_folder.Part("small"));
        Assert.Equal((type, type), (asked.Encoder.parameters().First().dtype, written.Encoder.parameters().First().dtype));
        using var single = TransformerTextEncoder.Load(_folder.Part("small"), precision: ComputePrecision.Single);
        using var half = TransformerTextEncoder.Load(_folder.Part("small"));
        foreach (var text in SmallFolder.Texts(10, 2))
        {
            Assert.All(single.Encode(text).ToArray().Zip(half.Encode(text).ToArray()), pair => Assert.InRange(pair.Second, pair.First - tolerance, pair.First + tolerance));
        }

        var file = new FileInfo(Path.Combine(_folder.FullPath, "model.safetensors"));
        Assert.InRange(new FileInfo(Path.Combine(_folder.Part("small"), "model.safetensors")).Length / (double)file.Length, 0.5, 0.65);
    }

    private void Change(Action<Dictionary<string, StoredTensor>> change)
    {
        using (var model = _folder.Read())
        {
            model.Write(_folder.Part("small"), ComputePrecision.Int8);
        }

        // 8-bit weights are read back in fp32's clothes, and so refused unless they are put into bytes again.
        var path = Path.Combine(_folder.Part("small"), "model.safetensors");
        var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        using (var file = SafeTensorsFile.Open(path))
        {
            foreach (var name in file.Names)
            {
                var values = new float[file.ShapeOf(name).Aggregate(1L, (product, size) => product * size)];
                if (file.ReadsAsSingle(name))
                {
                    file.Read(name, 0, values);
                }

                tensors.Add(name, new StoredTensor([.. file.ShapeOf(name)], values));
            }
        }

        change(tensors);
        File.WriteAllBytes(path, SafeTensors.Write(tensors));
    }

    private string Refusal() => Assert.Throws<CheckpointException>(() => TextCheckpoint.Load(_folder.Part("small"))).Message;
}
