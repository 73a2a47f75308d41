using System.Globalization;
using Spectre.Console;

namespace OrleansSeg.Cli.Models;

/// <summary>Models as people read them.</summary>
internal static class ModelTables
{
    private const int SpellsMax = 10;

    /// <summary>Writes the models, and what was in service when.</summary>
    public static void Write(IAnsiConsole screen, IReadOnlyList<ModelDocument> models)
    {
        if (models.Count == 0)
        {
            screen.WriteLine("No model yet: run 'orleansseg train'.");
            return;
        }

        var table = new Table().Border(TableBorder.Rounded).AddColumns("version", "in service", "trained", "scheme", "segments", "summary", "erased since", "sha256");
        foreach (var model in models)
        {
            table.AddRow(
                Number(model.Version), model.InService ? "yes" : "", $"{model.CreatedAt:u}",
                Markup.Escape(model.Scheme), Markup.Escape(string.Join(" ", model.Labels)), Markup.Escape(model.Summary),
                Markup.Escape(model.MayHaveLearnedFrom?.Words ?? ""), model.Sha256[..12]);
        }

        screen.Write(table);
        var spells = models.SelectMany(model => model.Served.Select(spell => (model.Version, Spell: spell))).OrderBy(spell => spell.Spell.From).TakeLast(SpellsMax).ToList();
        if (spells.Count > 1)
        {
            var log = new Table().Border(TableBorder.Rounded).AddColumns("in service from", "until", "version", "why");
            foreach (var (version, spell) in spells)
            {
                log.AddRow($"{spell.From:u}", spell.Until is { } until ? $"{until:u}" : "", Number(version), spell.Words);
            }

            screen.Write(log);
        }
    }

    private static string Number(int version) => version.ToString(CultureInfo.InvariantCulture);
}
