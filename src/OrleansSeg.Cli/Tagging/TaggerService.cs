using System.CommandLine;
using OrleansSeg.Cli.Verbs;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text.Tagging;
using OrleansSeg.Models;
using OrleansSeg.Tagging;
using Spectre.Console;

namespace OrleansSeg.Cli.Tagging;

/// <summary><c>tag register</c> and <c>tag unregister</c>: which tagger a site's silos answer with.</summary>
internal static class TaggerService
{
    public static Command Register(VerbRunner runner)
    {
        var tagger = new Option<DirectoryInfo>("--tagger") { Description = "Folder of the tagger.", Required = true };
        return TagVerb.Bind(runner, new Command("register", "Puts a tagger in service for the site, in place of the one before.") { tagger }, async (context, cancellationToken) =>
        {
            var parts = await Task.Run(() => TaggerParts.Of(context.Parsed.GetValue(tagger)!.FullName), cancellationToken);
            await using var session = await context.OpenAsync(cancellationToken);
            var encoder = await UploadAsync(session.Grains, context.Settings.Site, parts.Encoder, cancellationToken);
            var own = await UploadAsync(session.Grains, context.Settings.Site, parts.Own, cancellationToken);
            var reference = new TaggerReference(own.Hash, encoder.Hash, TimeProvider.System.GetUtcNow(), parts.Labels.Names);
            await session.Grains.GetGrain<ITaggerRegistryGrain>(context.Settings.Site).RegisterAsync(reference, cancellationToken);
            var document = new { site = context.Settings.Site, sha256 = own.Hash, encoderSha256 = encoder.Hash, bytes = encoder.Bytes + own.Bytes, labels = parts.Labels.Names };
            context.Output.Answer(document, screen => screen.WriteLine($"Tagger {own.Hash[..12]} on encoder {encoder.Hash[..12]} is in service for site {document.site}; {document.bytes / 1e6:F1} MB were new to the store."));
            return ExitCodes.Done;
        });
    }

    public static Command Unregister(VerbRunner runner) => TagVerb.Bind(runner, new Command("unregister", "Takes the site's tagger out of service."), async (context, cancellationToken) =>
    {
        await using var session = await context.OpenAsync(cancellationToken);
        var registry = session.Grains.GetGrain<ITaggerRegistryGrain>(context.Settings.Site);
        var was = await registry.GetCurrentAsync(cancellationToken) ?? throw new NoTaggerException(context.Settings.Site);
        await registry.RemoveAsync(cancellationToken);
        context.Output.Answer(new { site = context.Settings.Site, was.Sha256 }, screen => screen.WriteLine($"Site {context.Settings.Site} has no tagger any more."));
        return ExitCodes.Done;
    });

    /// <summary>Brings a bundle into the model store unless it is there.</summary>
    /// <returns>Its hash, and the bytes that were sent.</returns>
    private static async Task<(string Hash, long Bytes)> UploadAsync(
        IGrainFactory grains, string site, IReadOnlyDictionary<string, byte[]> files, CancellationToken cancellationToken)
    {
        var hash = BundleFolder.HashOf(files);
        var upload = grains.GetGrain<IBundleUploadGrain>($"{site}:{Guid.NewGuid():N}");
        if (await upload.HasAsync(hash, cancellationToken))
        {
            return (hash, 0);
        }

        foreach (var (name, content) in files)
        {
            for (var offset = 0; offset < Math.Max(1, content.Length); offset += IBundleUploadGrain.PieceBytesMax)
            {
                var piece = content.AsSpan(offset, Math.Min(IBundleUploadGrain.PieceBytesMax, content.Length - offset)).ToArray();
                await upload.AppendAsync(name, offset, piece, cancellationToken);
            }
        }

        await upload.CompleteAsync(hash, cancellationToken);
        return (hash, files.Values.Sum(content => (long)content.Length));
    }
}
