using System.Buffers.Binary;
using System.Security.Cryptography;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>Moves single files between a folder and a container, block by block, and says their SHA-256.</summary>
internal sealed class BlobTransfer(BlobContainerClient container, StorageOperations operations, int blockSize)
{
    // The service checks each block against this when it arrives; the file's own hash is checked by whoever has the manifest.
    private static readonly BlockBlobStageBlockOptions Checked = new()
    {
        TransferValidation = new UploadTransferValidationOptions { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5 },
    };

    /// <summary>Writes a small file and waits until it is on the disk.</summary>
    public static async Task WriteThroughAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.CreateNew);
        await file.WriteAsync(content, cancellationToken).ConfigureAwait(false);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Sends a file's blocks, which nobody sees before <see cref="CommitAsync"/>.</summary>
    /// <exception cref="BundleRefusedException">The file is not there.</exception>
    public async Task<(string Sha256, IReadOnlyList<string> Blocks)> StageAsync(
        string folder, string blobName, string fileName, CancellationToken cancellationToken)
    {
        var blob = container.GetBlockBlobClient(blobName);
        var blocks = new List<string>();
        var buffer = new byte[blockSize];
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = Open(Path.Combine(folder, fileName));
        while (true)
        {
            var count = await file.ReadAtLeastAsync(buffer, blockSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                return (Convert.ToHexStringLower(sha.GetHashAndReset()), blocks);
            }

            sha.AppendData(buffer, 0, count);
            var block = BlockName(blocks.Count);
            await RunAsync("write", "upload of a block", async token =>
            {
                using var content = new MemoryStream(buffer, 0, count, writable: false);
                return await blob.StageBlockAsync(block, content, Checked, token).ConfigureAwait(false);
            }, cancellationToken).ConfigureAwait(false);
            blocks.Add(block);
        }
    }

    /// <summary>Makes the blocks a blob.</summary>
    public Task CommitAsync(string blobName, IReadOnlyList<string> blocks, CancellationToken cancellationToken) => RunAsync(
        "write", "commit of a file",
        token => container.GetBlockBlobClient(blobName).CommitBlockListAsync(blocks, cancellationToken: token), cancellationToken);

    /// <summary>Reads a blob into a new file and waits until it is on the disk.</summary>
    /// <exception cref="BundleRefusedException">It is missing, larger than allowed, or was replaced while it was read.</exception>
    public async Task<(string Sha256, long Length)> DownloadAsync(string blobName, string path, long lengthMax, CancellationToken cancellationToken)
    {
        var blob = container.GetBlobClient(blobName);
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var file = new FileStream(path, FileMode.CreateNew);
        try
        {
            var properties = await RunAsync(
                "read", "look-up of a file", token => blob.GetPropertiesAsync(cancellationToken: token), cancellationToken).ConfigureAwait(false);
            var length = properties.Value.ContentLength;
            if (length > lengthMax)
            {
                throw new BundleRefusedException($"{blobName} has {length} bytes, which makes its bundle larger than BundleSizeMax.");
            }

            var unchanged = new BlobRequestConditions { IfMatch = properties.Value.ETag };
            for (var begin = 0L; begin < length; begin += blockSize)
            {
                var range = new HttpRange(begin, Math.Min(blockSize, length - begin));
                var options = new BlobDownloadOptions { Range = range, Conditions = unchanged };
                var part = await RunAsync(
                    "read", "read of a file", token => blob.DownloadContentAsync(options, token), cancellationToken).ConfigureAwait(false);
                var content = part.Value.Content.ToMemory();
                sha.AppendData(content.Span);
                await file.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            }

            file.Flush(flushToDisk: true);
            return (Convert.ToHexStringLower(sha.GetHashAndReset()), length);
        }
        catch (RequestFailedException exception) when (exception.Status is 404 or 412)
        {
            throw new BundleRefusedException($"{blobName} is missing, or was replaced while it was read.", exception);
        }
    }

    private static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (IOException exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BundleRefusedException($"{Path.GetFileName(path)} is not in its bundle.", exception);
        }
    }

    // All block names of a blob have one length.
    private static string BlockName(int number)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return Convert.ToBase64String(bytes);
    }

    private Task<TResult> RunAsync<TResult>(
        string operation, string what, Func<CancellationToken, Task<TResult>> run, CancellationToken cancellationToken) =>
        operations.RunAsync(operation, $"{what} in container {container.Name}", run, cancellationToken);
}
