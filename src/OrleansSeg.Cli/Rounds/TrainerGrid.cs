using System.Globalization;
using OrleansSeg.Federation;
using Spectre.Console;

namespace OrleansSeg.Cli.Rounds;

/// <summary>The trainers of the present step: a line for each site, their numbers under what they do.</summary>
internal static class TrainerGrid
{
    private static readonly (TrainerStepState State, string Name, string Colour)[] Columns =
    [
        (TrainerStepState.Reported, "reported", "green"),
        (TrainerStepState.Working, "working", "yellow"),
        (TrainerStepState.Silent, "silent", "grey"),
        (TrainerStepState.Failed, "failed", "red"),
        (TrainerStepState.Late, "late", "yellow"),
        (TrainerStepState.SittingOut, "sits out", "grey"),
    ];

    public static Table Of(IEnumerable<TrainerStepStatus> trainers)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("site").AddColumns([.. Columns.Select(column => column.Name)]).AddColumn("why");
        foreach (var site in trainers.GroupBy(trainer => RunFacts.Split(trainer.Trainer).Site, StringComparer.Ordinal).OrderBy(site => site.Key, StringComparer.Ordinal))
        {
            var cells = Columns.Select(column =>
                $"[{column.Colour}]{Markup.Escape(Ranges(site.Where(trainer => trainer.State == column.State).Select(trainer => RunFacts.Split(trainer.Trainer).Number)))}[/]");
            var why = site.Where(trainer => trainer.Detail is not null).Select(trainer => $"{RunFacts.Split(trainer.Trainer).Number}: {trainer.Detail}");
            table.AddRow([Markup.Escape(site.Key), .. cells, Markup.Escape(string.Join(Environment.NewLine, why))]);
        }

        return table;
    }

    /// <summary>Numbers in few characters: <c>0–3, 5</c>. What is no number follows as it is.</summary>
    public static string Ranges(IEnumerable<string> numbers)
    {
        var words = new List<string>();
        var whole = new SortedSet<int>();
        foreach (var text in numbers)
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                whole.Add(number);
            }
            else
            {
                words.Add(text);
            }
        }

        var ranges = whole.Select((number, place) => (Number: number, Start: number - place)).GroupBy(one => one.Start).Select(range => (range.First().Number, range.Last().Number));
        return string.Join(", ", ranges.Select(range => range switch
        {
            var (from, to) when from == to => string.Create(CultureInfo.InvariantCulture, $"{from}"),
            var (from, to) when from + 1 == to => string.Create(CultureInfo.InvariantCulture, $"{from}, {to}"),
            var (from, to) => string.Create(CultureInfo.InvariantCulture, $"{from}–{to}"),
        }).Concat(words));
    }
}
