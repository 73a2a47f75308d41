namespace OrleansSeg.Models;

/// <summary>Brings a bundle that was made elsewhere into the model store, piece by piece. Key: <c>{site}:{anything}</c>, a new one for each upload.</summary>
/// <remarks>An upload that stays unfinished, or whose silo goes, leaves nothing in the store; it is begun anew under another key.</remarks>
[GrainInterfaceType("seg.bundle-upload"), Alias("seg.bundle-upload"), Version(1)]
public interface IBundleUploadGrain : IGrainWithStringKey
{
    /// <summary>Most bytes of a piece.</summary>
    public const int PieceBytesMax = 512 * 1024;

    /// <summary>Whether the store has a bundle already.</summary>
    [Alias("has")]
    Task<bool> HasAsync(string hash, CancellationToken cancellationToken);

    /// <summary>Appends to a file of the bundle; files come one after the other, pieces in order.</summary>
    /// <param name="file">The file's name in the bundle.</param>
    /// <param name="offset">Bytes of the file that came before, so that a piece that is sent twice is noticed.</param>
    /// <param name="piece">At most <see cref="PieceBytesMax"/> bytes.</param>
    /// <param name="cancellationToken">Stops before the write.</param>
    /// <exception cref="ArgumentException">The name is none of a file, or the piece is too large.</exception>
    /// <exception cref="InvalidOperationException">Pieces before this one are not here: the upload has to begin anew.</exception>
    [Alias("append")]
    Task AppendAsync(string file, long offset, [Immutable] byte[] piece, CancellationToken cancellationToken);

    /// <summary>Writes the bundle into the store, whole or not at all.</summary>
    /// <param name="hash">The hash it must have.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="InvalidOperationException">What came has another hash.</exception>
    [Alias("complete")]
    Task CompleteAsync(string hash, CancellationToken cancellationToken);
}
