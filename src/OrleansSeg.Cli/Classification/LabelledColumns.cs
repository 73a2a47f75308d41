using System.CommandLine;
using System.IO.Hashing;
using System.Text;
using OrleansSeg.Cli.Verbs;
using OrleansSeg.Data.Import;
using OrleansSeg.Model.Text.Classification;

namespace OrleansSeg.Cli.Classification;

/// <summary>The options that say which columns of a file are texts and their labels.</summary>
internal sealed class LabelledColumns
{
    private const int ShownMax = 5;
    private const int TestedEvery = 10;
    private const int LabelsMax = 1_000;

    private readonly Argument<FileInfo> _file = new("file") { Description = "CSV, TSV, JSON Lines or Parquet with a text and its label in each row." };
    private readonly Option<string[]> _texts = new("--text-column") { Description = "Column of the text; of several, one is put behind the other.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["text"] };
    private readonly Option<string> _label = new("--label-column") { Description = "Column of the label.", DefaultValueFactory = _ => "label" };

    private readonly Option<string[]> _beside = new("--beside")
    {
        Description = "Columns that are known without the text: a logistic regression on them, with and without the text's vectors, says what texts add.",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>Whether the command line names columns beside the text.</summary>
    public bool HasBeside(VerbContext context) => context.Parsed.GetResult(_beside) is not null && context.Parsed.GetValue(_beside) is { Length: > 0 };

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="withBeside">Whether columns beside the text may be named.</param>
    public void AddTo(Command command, bool withBeside = false)
    {
        if (withBeside)
        {
            command.Options.Add(_beside);
        }

        command.Arguments.Add(_file);
        command.Options.Add(_texts);
        command.Options.Add(_label);
    }

    /// <summary>Reads the file that the command line names.</summary>
    /// <exception cref="UsageException">There is no such file, or fewer than two labels in it.</exception>
    /// <exception cref="ImportUsageException">It lacks a column, or is of a kind that is not read.</exception>
    public Task<LabelledRows> ReadAsync(VerbContext context, CancellationToken cancellationToken) =>
        ReadAsync(context, context.Parsed.GetValue(_file)!, cancellationToken);

    /// <summary>Reads another file with the same columns.</summary>
    /// <inheritdoc cref="ReadAsync(VerbContext, CancellationToken)" />
    public async Task<LabelledRows> ReadAsync(VerbContext context, FileInfo file, CancellationToken cancellationToken)
    {
        if (!file.Exists)
        {
            throw new UsageException($"There is no file {file.FullName}.");
        }

        var (texts, rejected, bare) = (new List<LabelledText>(), 0, 0);
        var (named, beside) = (context.Parsed.GetValue(_texts)!, context.Parsed.GetResult(_beside) is null ? [] : context.Parsed.GetValue(_beside) ?? []);
        string[] columns = [.. named, .. beside, context.Parsed.GetValue(_label)!];
        var rows = ColumnFile.ReadAsync(file.FullName, columns, Reject, cancellationToken);
        await foreach (var values in rows)
        {
            var text = string.Join(' ', values[..named.Length].Select(value => value.Trim()).Where(value => value.Length > 0));
            if (text.Length == 0 || values[^1].Trim() is not { Length: > 0 } label)
            {
                bare++;
                continue;
            }

            texts.Add(new LabelledText(text, label) { Beside = values[named.Length..^1] });
        }

        if (bare > 0)
        {
            context.Output.Say($"{file.Name}: {bare} rows have no text or no label, and are left out.");
        }

        var labels = texts.Select(text => text.Label).Distinct(StringComparer.Ordinal).Count();
        return labels is >= 2 and <= LabelsMax
            ? new LabelledRows(texts, bare, rejected)
            : throw new UsageException(labels == 1
                ? $"{file.Name} has one label alone in the column {columns[^1]}, '{texts[0].Label}': there is nothing to tell."
                : $"{file.Name} has {labels} labels in the column {columns[^1]}; 2 to {LabelsMax} can be told.");

        void Reject(long number, string why)
        {
            if (++rejected <= ShownMax)
            {
                context.Output.Say($"{file.Name}, row {number}: {why}; it is left out.");
            }
        }
    }

    /// <summary>Texts with labels, and the rows that are none.</summary>
    /// <param name="Texts">The texts.</param>
    /// <param name="Bare">Rows without a text or without a label.</param>
    /// <param name="Rejected">Rows that could not be read.</param>
    public sealed record LabelledRows(IReadOnlyList<LabelledText> Texts, int Bare, int Rejected)
    {
        /// <summary>The labels, in ordinal order.</summary>
        public IReadOnlyList<string> Labels => [.. Texts.Select(text => text.Label).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

        /// <summary>A tenth of the texts, chosen by their hash, and the others: equal texts are on one side.</summary>
        public (List<LabelledText> Training, List<LabelledText> Held) Split(int seed)
        {
            var sides = Texts.ToLookup(text => XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(text.Text), seed) % TestedEvery == 0);
            return ([.. sides[false]], [.. sides[true]]);
        }
    }
}
