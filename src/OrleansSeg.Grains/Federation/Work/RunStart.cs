using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Inference;

namespace OrleansSeg.Federation.Work;

/// <summary>The models in service, loaded for a run to begin from; to be disposed.</summary>
internal sealed class RunStart : IDisposable
{
    private readonly Dictionary<string, SegmentModel> _loaded = new(StringComparer.Ordinal);

    private RunStart()
    {
    }

    /// <summary>What the run begins from.</summary>
    public StartingModels Models { get; private set; } = StartingModels.None;

    /// <summary>Loads them. With one of other features than this version computes training begins anew.</summary>
    public static async Task<RunStart> ReadAsync(RunBundles bundles, RunFacts facts, CancellationToken cancellationToken)
    {
        var start = new RunStart();
        try
        {
            var begun = facts.Starts ?? facts.Champions;
            foreach (var hash in begun.Values.Distinct(StringComparer.Ordinal))
            {
                start._loaded.Add(hash, await bundles.ReadModelAsync(hash, cancellationToken));
            }

            start.Models = StartingModels.Of(facts.Plan.Sites, begun.ToDictionary(site => site.Key, site => start._loaded[site.Value]));
        }
        catch (BundleCorruptException)
        {
            start.Models = StartingModels.None;
        }
        catch
        {
            start.Dispose();
            throw;
        }

        return start;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var model in _loaded.Values)
        {
            model.Dispose();
        }
    }
}
