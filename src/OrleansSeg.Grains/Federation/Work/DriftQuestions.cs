using System.Collections.Immutable;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Federation.Drift;

namespace OrleansSeg.Federation.Work;

/// <summary>What trainers compare, site by site, to tell whether the models in service still fit.</summary>
internal sealed class DriftQuestions(RunBundles bundles)
{
    /// <summary>The questions; null when a site has no model in service, or one that this version cannot load.</summary>
    /// <param name="facts">The run, with its cutoffs placed.</param>
    /// <param name="step">Distance of the cutoffs at which matured labels are counted.</param>
    /// <param name="cancellationToken">Stops the reading of cards.</param>
    public async Task<ImmutableSortedDictionary<string, DriftQuestion>?> OfAsync(RunFacts facts, TimeSpan step, CancellationToken cancellationToken)
    {
        var questions = ImmutableSortedDictionary.CreateBuilder<string, DriftQuestion>(StringComparer.Ordinal);
        foreach (var site in facts.Plan.Sites)
        {
            if (!facts.Champions.TryGetValue(site, out var hash) || await KnownAsync(hash, cancellationToken) is not { } known)
            {
                return null;
            }

            var data = facts.Data!;
            questions.Add(site, new DriftQuestion(
                known, data.ValidationCutoff, data.ValidationCutoff + data.Horizon, data.Horizon, step, data.HeldExamplesMax, data.Seed));
        }

        return questions.ToImmutable();
    }

    private async Task<DateTimeOffset?> KnownAsync(string hash, CancellationToken cancellationToken)
    {
        try
        {
            using var model = await bundles.ReadModelAsync(hash, cancellationToken);
            return (await bundles.ReadCardAsync(hash, cancellationToken)).ValidationCutoff;
        }
        catch (BundleCorruptException)
        {
            return null;
        }
    }
}
