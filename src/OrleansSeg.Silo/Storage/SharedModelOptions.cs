using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using OrleansSeg.Models;
using OrleansSeg.Silo.Configuration;

namespace OrleansSeg.Silo.Storage;

/// <summary>Where silos that share a database keep model bundles, which are too large for its rows.</summary>
public sealed class SharedModelOptions
{
    /// <summary>Name of the section.</summary>
    internal const string Section = "Models";

    /// <summary>The folder of bundles; silos on several machines need one that all of them see.</summary>
    /// <value>Default empty: the folder <c>models</c> of the data directory.</value>
    public string Directory { get; set; } = "";

    internal static void Add(ISiloBuilder silo, SiloSettings top) => silo.Services.AddOptions<FolderModelStoreOptions>()
        .Configure<IOptions<SharedModelOptions>>((store, shared) =>
            store.Directory = shared.Value.Directory.Length > 0 ? shared.Value.Directory : top.ModelDirectory);
}
