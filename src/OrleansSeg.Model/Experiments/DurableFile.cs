using System.Text;

namespace OrleansSeg.Model.Experiments;

/// <summary>Files that are there whole or not at all.</summary>
public static class DurableFile
{
    /// <summary>Writes aside, flushed to the disk, then moves it into place; makes the folder where it is missing.</summary>
    public static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var aside = path + ".new";
        using (var stream = File.Create(aside))
        {
            stream.Write(new UTF8Encoding(false).GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(aside, path, overwrite: true);
    }
}
