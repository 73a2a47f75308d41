using System.IO.MemoryMappedFiles;

namespace OrleansSeg.Data.Cleaning;

/// <summary>Slots in a temporary file that is mapped into memory: the system keeps as much of it there as it has to spare.</summary>
/// <remarks>
/// The file lies in the folder that <c>TMPDIR</c> names and is gone when the process ends, however it ends. Its whole size is reserved at
/// once, so that a full disk is an <see cref="IOException"/> here and never a fault at a page.
/// </remarks>
internal sealed class FileSlots : HashSlotStore
{
    private const int SlotsABlock = 1 << 14;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public FileSlots(int bits, IEnumerable<(long At, HashSlot Slot)> entries)
        : base(bits)
    {
        _file = Map(Length * HashSlot.Size);
        _view = _file.CreateViewAccessor();
        foreach (var (at, slot) in entries)
        {
            Write(at, slot);
        }
    }

    /// <summary>The same entries in twice the slots.</summary>
    public FileSlots Grow() => new(Bits + 1, EntriesFor(Bits + 1));

    /// <inheritdoc />
    public override long Find(HashSlot wanted, out HashSlot found)
    {
        for (var at = wanted.Home(Bits); at < Length; at++)
        {
            _view.Read(at * HashSlot.Size, out found);
            if (found.IsEmpty || found.HasHashOf(wanted))
            {
                return at;
            }
        }

        throw Full();
    }

    /// <inheritdoc />
    public override void Write(long at, HashSlot slot) => _view.Write(at * HashSlot.Size, ref slot);

    /// <inheritdoc />
    public override IEnumerable<(long At, HashSlot Slot)> Entries()
    {
        var block = new HashSlot[SlotsABlock];
        for (var start = 0L; start < Length; start += SlotsABlock)
        {
            var count = _view.ReadArray(start * HashSlot.Size, block, 0, (int)Math.Min(SlotsABlock, Length - start));
            for (var i = 0; i < count; i++)
            {
                if (!block[i].IsEmpty)
                {
                    yield return (start + i, block[i]);
                }
            }
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private static MemoryMappedFile Map(long size)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            PreallocationSize = size,
            Options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None,
        });
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                // The open file stays; its name need not wait for a process that may be killed.
                File.Delete(path);
            }

            return MemoryMappedFile.CreateFromFile(file, null, size, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
