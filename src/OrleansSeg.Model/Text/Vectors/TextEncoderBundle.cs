using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text.Checkpoints;

namespace OrleansSeg.Model.Text.Vectors;

/// <summary>A text encoder as a bundle of its own: the files of its folder that it is loaded from, and no others.</summary>
public static class TextEncoderBundle
{
    /// <summary>Copies a folder's encoder into a folder of bundles.</summary>
    /// <param name="store">Folder of bundles.</param>
    /// <param name="folder">The encoder's folder, as downloaded.</param>
    /// <param name="cancellationToken">Stops the copying.</param>
    /// <returns>The bundle's hash.</returns>
    /// <exception cref="CheckpointException">The folder is none that can be loaded.</exception>
    public static string Copy(string store, string folder, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);

        // What cannot be loaded is refused here, where somebody reads why, and not in every silo.
        TransformerTextEncoder.Load(folder).Dispose();
        return BundleFolder.Copy(store, FilesOf(folder).ToDictionary(name => name, name => Path.Combine(folder, name)), cancellationToken);
    }

    private static IEnumerable<string> FilesOf(string folder) =>
        new[] { BertFamilyConfigFile.Name }
            .Concat(TokenizerFiles.NamesIn(folder))
            .Concat(CheckpointTensors.FilesIn(folder))
            .Concat(PoolingFiles.NamesIn(folder));
}
