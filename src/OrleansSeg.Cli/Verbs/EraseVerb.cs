using System.CommandLine;
using OrleansSeg.Cli.Customers;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>erase ID</c>: removes a customer and prints the receipt; with <c>--status</c> removes nothing and says how the erasure stands now.</summary>
internal static class EraseVerb
{
    public static Command Create(VerbRunner runner)
    {
        var id = new Argument<string>("id") { Description = "The customer's id." };
        var status = new Option<bool>("--status") { Description = "Erase nothing: print how an earlier erasure stands now." };
        var command = new Command("erase", "Removes everything stored of a customer and prints the receipt.") { id, status };
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            await using var session = await context.OpenAsync(cancellationToken);
            var customer = session.Client.Customer(context.Parsed.GetValue(id)!);
            var isAsked = context.Parsed.GetValue(status);
            var receipt = isAsked
                ? await customer.GetErasureAsync(cancellationToken) ?? throw new VerbFailedException($"Customer '{context.Parsed.GetValue(id)}' was never erased.")
                : await customer.EraseAsync(cancellationToken);
            context.Output.Answer(receipt, screen =>
            {
                screen.WriteLine($"Erased {receipt.Customer} at {receipt.ErasedAt:u}: {receipt.EventsErased} events, {receipt.PagesErased} pages.");
                screen.WriteLine($"{(isAsked ? "" : $"Index entry removed: {receipt.IndexEntryErased}. ")}No training reads them: {receipt.TrainingEligibilityEnded}. Second read empty: {receipt.VerifiedEmpty}.");
                screen.WriteLine($"The tombstone keeps {receipt.CustomerHash} and refuses events dated before.");
                foreach (var line in ForgettingWords.Of(receipt.Forgetting))
                {
                    screen.WriteLine(line);
                }
            });
            return isAsked || receipt.VerifiedEmpty ? ExitCodes.Done : ExitCodes.Failed;
        });
    }
}
