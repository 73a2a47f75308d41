using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using OrleansSeg.Model.Bundles;

namespace OrleansSeg.Models;

/// <summary>Where the folder model store lies.</summary>
public sealed class FolderModelStoreOptions
{
    /// <summary>The folder; created when a first bundle is written.</summary>
    /// <value>Required.</value>
    [Required]
    public string Directory { get; set; } = "";
}

/// <summary>Checks the attributes.</summary>
[OptionsValidator]
public sealed partial class FolderModelStoreOptionsValidator : IValidateOptions<FolderModelStoreOptions>;

/// <summary>A model store in one folder that every silo reads: nothing needs to travel.</summary>
internal sealed class FolderModelStore(IOptions<FolderModelStoreOptions> options) : IModelStore
{
    /// <inheritdoc />
    public string LocalFolder => options.Value.Directory;

    /// <inheritdoc />
    public Task PublishAsync(string hash, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task FetchAsync(string hash, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task RemoveAsync(string hash, CancellationToken cancellationToken) => Task.Run(() => BundleFolder.Remove(LocalFolder, hash), cancellationToken);
}
