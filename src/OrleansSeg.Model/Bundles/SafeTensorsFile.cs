using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace OrleansSeg.Model.Bundles;

/// <summary>A safetensors file mapped into memory: its tensors are copied out one at a time, and never held all at once.</summary>
/// <remarks>
/// Reads from any thread. The operating system ends a process that touches a mapped page which the file has lost; so the length is looked
/// up before each read, a file that shrank is refused in words, and the mapping is meant to be closed once the tensors are copied.
/// </remarks>
public sealed class SafeTensorsFile : IDisposable
{
    private const int ChunkBytes = 1 << 20;

    private readonly string _name;
    private readonly SafeFileHandle _handle;
    private readonly MemoryMappedFile _mapped;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Dictionary<string, TensorPlace> _places;
    private readonly long _length;
    private readonly long _dataStart;

    private SafeTensorsFile(string path, SafeFileHandle handle, IReadOnlyList<TensorPlace> places, long length, long dataStart)
    {
        (_name, _handle, _length, _dataStart) = (Path.GetFileName(path), handle, length, dataStart);
        _places = places.ToDictionary(place => place.Name, StringComparer.Ordinal);
        _mapped = MemoryMappedFile.CreateFromFile(handle, null, length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _mapped.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
    }

    /// <summary>Names of the tensors, in ordinal order.</summary>
    public IReadOnlyList<string> Names => [.. _places.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="InvalidDataException">The header does not fit the file; the message names the tensor.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafeTensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.RandomAccess);
        try
        {
            var length = RandomAccess.GetLength(handle);
            var start = ReadStart(handle, SafeTensorsHeader.LengthBytes, 0);
            var headerLength = SafeTensorsHeader.ReadLength(start, length);
            var dataStart = SafeTensorsHeader.LengthBytes + headerLength;
            var places = SafeTensorsHeader.Parse(ReadStart(handle, headerLength, SafeTensorsHeader.LengthBytes), length - dataStart);
            return new SafeTensorsFile(path, handle, places, length, dataStart);
        }
        catch (InvalidDataException exception)
        {
            handle.Dispose();
            throw new InvalidDataException($"{Path.GetFileName(path)}: {exception.Message}", exception);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Whether the file has a tensor of this name.</summary>
    public bool Contains(string name) => _places.ContainsKey(name);

    /// <summary>Sizes of a tensor's dimensions.</summary>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    public IReadOnlyList<long> ShapeOf(string name) => _places[name].Shape;

    /// <summary>The name of a tensor's number type, such as <c>F16</c>.</summary>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    public string TypeOf(string name) => _places[name].Type.Name;

    /// <summary>Whether a tensor's numbers can be read as fp32; indices and other whole numbers cannot.</summary>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    public bool ReadsAsSingle(string name) => _places[name].Type.ReadsAsSingle;

    /// <summary>Copies a part of a tensor out, widened to fp32.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="from">First number of the part, row by row.</param>
    /// <param name="values">Where the part goes; its length says how many.</param>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie within the tensor.</exception>
    /// <exception cref="InvalidDataException">The tensor is none of F32, F16 and BF16, or the file was cut short since it was opened.</exception>
    public void Read(string name, long from, Span<float> values)
    {
        var place = _places[name];
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(values.Length, place.Count - from, nameof(values));
        if (!place.Type.ReadsAsSingle)
        {
            throw new InvalidDataException($"{_name}: tensor '{SafeTensorsHeader.Shown(name)}' is of type {place.Type.Name}; F32, F16 and BF16 are read.");
        }

        EnsureWhole();
        var width = place.Type.Width;
        var chunk = new byte[Math.Min((long)values.Length * width, ChunkBytes)];
        for (var done = 0; done < values.Length;)
        {
            var count = Math.Min(values.Length - done, chunk.Length / width);
            var at = _dataStart + place.Begin + ((from + done) * width);
            _view.SafeMemoryMappedViewHandle.ReadSpan((ulong)at, chunk.AsSpan(0, count * width));
            place.Type.Widen(chunk.AsSpan(0, count * width), values.Slice(done, count));
            done += count;
        }
    }

    /// <summary>Copies a tensor of whole numbers of a byte out.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="values">Where it goes, row by row, of its length.</param>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    /// <exception cref="ArgumentException">The length is another.</exception>
    /// <exception cref="InvalidDataException">The tensor is not I8, or the file was cut short since it was opened.</exception>
    public void Read(string name, Span<sbyte> values)
    {
        var place = _places[name];
        if (values.Length != place.Count)
        {
            throw new ArgumentException($"The tensor has {place.Count} numbers, not {values.Length}.", nameof(values));
        }

        if (place.Type != SafeTensorsType.Int8)
        {
            throw new InvalidDataException($"{_name}: tensor '{SafeTensorsHeader.Shown(name)}' is of type {place.Type.Name}, expected I8.");
        }

        EnsureWhole();
        _view.SafeMemoryMappedViewHandle.ReadSpan((ulong)(_dataStart + place.Begin), values);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _view.Dispose();
        _mapped.Dispose();
        _handle.Dispose();
    }

    private void EnsureWhole()
    {
        if (RandomAccess.GetLength(_handle) < _length)
        {
            throw new InvalidDataException($"{_name} was cut short while it was read.");
        }
    }

    private static byte[] ReadStart(SafeFileHandle handle, int count, long at)
    {
        var bytes = new byte[count];
        var read = 0;
        while (read < count && RandomAccess.Read(handle, bytes.AsSpan(read), at + read) is > 0 and var more)
        {
            read += more;
        }

        return read == count ? bytes : bytes[..read];
    }
}
