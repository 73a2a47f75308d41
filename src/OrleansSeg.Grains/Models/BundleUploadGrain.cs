using OrleansSeg.Model.Bundles;
using OrleansSeg.Placement;

namespace OrleansSeg.Models;

/// <summary>Gathers a bundle's files beside the store until they are complete.</summary>
[GrainType("seg.bundle-upload"), TrainingSilos]
internal sealed class BundleUploadGrain(IModelStore store) : Grain, IBundleUploadGrain
{
    private const int FilesMax = 32;
    private const int NameLengthMax = 100;

    private readonly DirectoryInfo _aside = Directory.CreateTempSubdirectory("orleansseg-upload-");
    private readonly Dictionary<string, long> _lengths = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _aside.Delete(recursive: true);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task<bool> HasAsync(string hash, CancellationToken cancellationToken)
    {
        try
        {
            await store.FetchAsync(hash, cancellationToken);
            await Task.Run(() => BundleFolder.Check(store.LocalFolder, hash), cancellationToken);
            return true;
        }
        catch (BundleCorruptException)
        {
            return false;
        }
    }

    /// <inheritdoc />
    public async Task AppendAsync(string file, long offset, byte[] piece, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(piece);
        if (file is not { Length: > 0 and <= NameLengthMax } || !file.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') || file.StartsWith('.') || file == BundleFolder.ManifestFile)
        {
            throw new ArgumentException("A file's name has 1 to 100 letters, digits, '-', '_' and '.', and does not begin with one.", nameof(file));
        }

        if (piece.Length > IBundleUploadGrain.PieceBytesMax || (!_lengths.ContainsKey(file) && _lengths.Count == FilesMax))
        {
            throw new ArgumentException($"A piece has at most {IBundleUploadGrain.PieceBytesMax} bytes, and a bundle {FilesMax} files.", nameof(piece));
        }

        var length = _lengths.GetValueOrDefault(file);
        if (offset != length)
        {
            throw new InvalidOperationException($"{length} bytes of {file} are here, and the piece follows {offset}: the upload has to begin anew.");
        }

        await using var stream = new FileStream(Path.Combine(_aside.FullName, file), FileMode.Append);
        await stream.WriteAsync(piece, cancellationToken);
        _lengths[file] = length + piece.Length;
    }

    /// <inheritdoc />
    public async Task CompleteAsync(string hash, CancellationToken cancellationToken)
    {
        var files = await Task.Run(() => _lengths.Keys.ToDictionary(file => file, file => File.ReadAllBytes(Path.Combine(_aside.FullName, file)), StringComparer.Ordinal), cancellationToken);
        if (BundleFolder.HashOf(files) is var found && found != hash)
        {
            throw new InvalidOperationException($"What came has the hash {found}, expected {hash}: the upload has to begin anew.");
        }

        await store.WriteAsync(files, cancellationToken);
        DeactivateOnIdle();
    }
}
