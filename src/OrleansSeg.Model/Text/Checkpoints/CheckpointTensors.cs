using System.Text.Json;
using OrleansSeg.Model.Bundles;

namespace OrleansSeg.Model.Text.Checkpoints;

/// <summary>The tensors of a checkpoint's folder, of one safetensors file or of several with an index.</summary>
internal sealed class CheckpointTensors : IDisposable
{
    /// <summary>The file of a checkpoint in one piece.</summary>
    public const string WholeFile = "model.safetensors";

    /// <summary>The index of a checkpoint in several.</summary>
    public const string IndexFile = "model.safetensors.index.json";

    private const int ShardsMax = 1024;

    private readonly Dictionary<string, SafeTensorsFile> _shards = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SafeTensorsFile> _tensors = new(StringComparer.Ordinal);

    private CheckpointTensors()
    {
    }

    /// <summary>Names of all tensors, in ordinal order.</summary>
    public IEnumerable<string> Names => _tensors.Keys.Order(StringComparer.Ordinal);

    /// <summary>Opens a folder's weights.</summary>
    /// <exception cref="CheckpointException">There are none, a shard is missing or lies elsewhere, or a header does not fit its file.</exception>
    public static CheckpointTensors Open(string folder)
    {
        var tensors = new CheckpointTensors();
        try
        {
            if (File.Exists(Path.Combine(folder, WholeFile)))
            {
                tensors.AddAll(tensors.Shard(folder, WholeFile));
            }
            else if (File.Exists(Path.Combine(folder, IndexFile)))
            {
                tensors.AddIndexed(folder);
            }
            else
            {
                throw new CheckpointException(NoWeights(folder));
            }

            return tensors;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            tensors.Dispose();
            throw new CheckpointException($"The weights cannot be read: {exception.Message}", exception);
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
    }

    /// <summary>Names of the files that a folder's weights lie in, the index included.</summary>
    /// <exception cref="CheckpointException">As for <see cref="Open"/>.</exception>
    public static IReadOnlyList<string> FilesIn(string folder)
    {
        using var tensors = Open(folder);
        return tensors._shards.ContainsKey(WholeFile) ? [WholeFile] : [IndexFile, .. tensors._shards.Keys];
    }

    /// <summary>Whether there is a tensor of this name.</summary>
    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <summary>Sizes of a tensor's dimensions.</summary>
    public IReadOnlyList<long> ShapeOf(string name) => _tensors[name].ShapeOf(name);

    /// <summary>Copies a part of a tensor out, widened to fp32.</summary>
    /// <exception cref="CheckpointException">Its numbers are whole ones, or the file was cut short meanwhile.</exception>
    public void Read(string name, long from, Span<float> values)
    {
        try
        {
            _tensors[name].Read(name, from, values);
        }
        catch (InvalidDataException exception)
        {
            throw new CheckpointException(exception.Message, exception);
        }
    }

    /// <summary>Copies a tensor of 8-bit numbers out.</summary>
    /// <exception cref="CheckpointException">Its numbers are others, or the file was cut short meanwhile.</exception>
    public void Read(string name, Span<sbyte> values)
    {
        try
        {
            _tensors[name].Read(name, values);
        }
        catch (InvalidDataException exception)
        {
            throw new CheckpointException(exception.Message, exception);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var shard in _shards.Values)
        {
            shard.Dispose();
        }
    }

    private void AddAll(SafeTensorsFile shard)
    {
        foreach (var name in shard.Names)
        {
            _tensors.Add(name, shard);
        }
    }

    private void AddIndexed(string folder)
    {
        var map = CheckpointJson.Read(folder, IndexFile).Part("weight_map") ?? throw new CheckpointException($"{IndexFile} lacks weight_map.");
        foreach (var entry in map.Root.EnumerateObject())
        {
            var (name, file) = (SafeTensorsHeader.Shown(entry.Name), entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString()! : "");
            if (!IsNameInFolder(file))
            {
                throw new CheckpointException($"{IndexFile} has tensor '{name}' in '{SafeTensorsHeader.Shown(file)}', which is no name of a safetensors file in its folder.");
            }

            var shard = Shard(folder, file);
            if (!shard.Contains(entry.Name))
            {
                throw new CheckpointException($"{IndexFile} has tensor '{name}' in {file}, which lacks it.");
            }

            if (!_tensors.TryAdd(entry.Name, shard))
            {
                throw new CheckpointException($"{IndexFile} names tensor '{name}' twice.");
            }
        }
    }

    private SafeTensorsFile Shard(string folder, string file)
    {
        if (_shards.TryGetValue(file, out var known))
        {
            return known;
        }

        if (_shards.Count == ShardsMax)
        {
            throw new CheckpointException($"{IndexFile} names more than {ShardsMax} files.");
        }

        var opened = SafeTensorsFile.Open(Path.Combine(folder, file));
        _shards.Add(file, opened);
        return opened;
    }

    private static bool IsNameInFolder(string file) =>
        file.EndsWith(".safetensors", StringComparison.Ordinal) && file.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            && !file.StartsWith('.');

    private static string NoWeights(string folder)
    {
        var others = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)!)
                .Where(name => Path.GetExtension(name) is ".bin" or ".pt" or ".pth" or ".ckpt" or ".h5" or ".onnx" or ".msgpack").Order(StringComparer.Ordinal).ToList()
            : [];
        return $"{folder} has neither {WholeFile} nor {IndexFile}."
            + (others.Count > 0 ? $" It has {string.Join(", ", others)}, which are not read: convert them to safetensors." : "");
    }
}
