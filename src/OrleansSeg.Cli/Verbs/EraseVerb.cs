using System.CommandLine;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>erase ID</c>: removes a customer and prints the receipt.</summary>
internal static class EraseVerb
{
    public static Command Create(VerbRunner runner)
    {
        var id = new Argument<string>("id") { Description = "The customer's id." };
        var command = new Command("erase", "Removes everything stored of a customer and prints the receipt.") { id };
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            await using var session = await context.OpenAsync(cancellationToken);
            var receipt = await session.Client.Customer(context.Parsed.GetValue(id)!).EraseAsync(cancellationToken);
            context.Output.Answer(receipt, screen =>
            {
                screen.WriteLine($"Erased {receipt.Customer} at {receipt.ErasedAt:u}: {receipt.EventsErased} events, {receipt.PagesErased} pages.");
                screen.WriteLine($"Index entry removed: {receipt.IndexEntryErased}. No training reads them: {receipt.TrainingEligibilityEnded}. Second read empty: {receipt.VerifiedEmpty}.");
                screen.WriteLine($"The tombstone keeps {receipt.CustomerHash} and refuses events dated before.");
            });
            return receipt.VerifiedEmpty ? ExitCodes.Done : ExitCodes.Failed;
        });
    }
}
