using System.Collections.Concurrent;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Models;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>A model store that fails where a test says, before or after it has done what it was asked.</summary>
internal sealed class FaultyModelStore(IModelStore inner) : IModelStore
{
    private readonly ConcurrentDictionary<string, bool> _published = new();

    /// <summary>Asked at every change; <see cref="StorageFault.FailBefore"/> or <see cref="StorageFault.FailAfter"/>, or null for none.</summary>
    public Func<string, StorageFault?> Script { get; set; } = _ => null;

    public string LocalFolder => inner.LocalFolder;

    public Task PublishAsync(string hash, CancellationToken cancellationToken) => RunAsync(
        "publish",
        async () =>
        {
            await inner.PublishAsync(hash, cancellationToken);
            _published[hash] = true;
        },
        () => LoseUnpublished(hash));

    public Task FetchAsync(string hash, CancellationToken cancellationToken) => inner.FetchAsync(hash, cancellationToken);

    public Task RemoveAsync(string hash, CancellationToken cancellationToken) => RunAsync("remove", () => inner.RemoveAsync(hash, cancellationToken), () => { });

    private void LoseUnpublished(string hash)
    {
        if (!_published.ContainsKey(hash))
        {
            BundleFolder.Remove(LocalFolder, hash);
        }
    }

    /// <param name="name">What is done.</param>
    /// <param name="change">Does it.</param>
    /// <param name="lose">What else is gone when it is not done: what a silo has not published goes with its disk.</param>
    private async Task RunAsync(string name, Func<Task> change, Action lose)
    {
        var fault = Script(name);
        if (fault?.Before is { } before)
        {
            lose();
            await before();
        }

        await change();
        if (fault?.After is { } after)
        {
            await after();
        }
    }
}
