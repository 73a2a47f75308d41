using System.Collections.Immutable;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Federation.SecureAggregation;
using OrleansSeg.Model.Federation.SecureAggregation.Messages;
using OrleansSeg.Model.Federation.SecureAggregation.Server;

namespace OrleansSeg.Federation.Work.Masking;

/// <summary>Closes the stages of a masked round: what trainers have told becomes what the next stage tells all of them.</summary>
/// <remarks>
/// A stage closed again with the same reports gives the same; with more reports it gives another, which is as good, because nobody has heard
/// of the first: the run's record names what is told, and is written before it is told.
/// </remarks>
internal sealed class ExchangeClosing(RunBundles bundles)
{
    /// <summary>Closes a stage before the last.</summary>
    /// <param name="run">The run, in that stage.</param>
    /// <param name="round">The round.</param>
    /// <param name="cancellationToken">Stops between two reads.</param>
    /// <exception cref="TooFewSurvivorsException">Fewer sound messages are there than the round needs.</exception>
    public async Task<StepClosing> CloseAsync(RunState run, SecureRound round, CancellationToken cancellationToken)
    {
        var refused = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var next = run.Stage switch
        {
            RoundStage.Keys => new ExchangeState((await TakeInAsync<CollectingKeys, KeyAdvertisement>(
                run, SecureServer.Start(round), message => message.Trainer, (server, message) => server.Add(message), refused, cancellationToken)).Close()),
            RoundStage.Shares => new ExchangeState((await TakeInAsync<CollectingShares, SharesMessage>(
                run, await ReadAsync<CollectingShares>(run, cancellationToken), message => message.From, (server, message) => server.Add(message), refused, cancellationToken)).Close()),
            _ => await CloseInputsAsync(run, refused, cancellationToken),
        };
        return new StepClosing(await bundles.WriteAsync(next, cancellationToken), ImmutableSortedDictionary<string, double>.Empty) { Refused = refused.ToImmutable() };
    }

    /// <summary>Takes the masks out of the sum.</summary>
    /// <param name="run">The run, in the last stage.</param>
    /// <param name="cancellationToken">Stops between two reads.</param>
    /// <returns>The ring's sum of the vectors of the stage's trainers, and whose answers were left out, with the reason.</returns>
    /// <exception cref="TooFewSurvivorsException">Fewer sound answers are there than the round needs.</exception>
    /// <exception cref="SecureMessageRefusedException">The answers do not give the secrets that they should.</exception>
    public async Task<(ulong[] Sum, ImmutableSortedDictionary<string, string> Refused)> SumAsync(RunState run, CancellationToken cancellationToken)
    {
        var refused = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var exchange = await bundles.ReadExchangeAsync(run.Exchange!, cancellationToken);
        var server = await TakeInAsync<CollectingReveals, UnmaskReply>(
            run, (CollectingReveals)exchange.Server, message => message.From, (state, message) => state.Add(message), refused, cancellationToken);
        var inputs = new List<MaskedInput>();
        foreach (var (trainer, hash) in exchange.Inputs)
        {
            inputs.Add(await bundles.ReadMaskedAsync(trainer, hash, cancellationToken));
        }

        return (server.Sum(inputs), refused.ToImmutable());
    }

    private async Task<ExchangeState> CloseInputsAsync(RunState run, ImmutableSortedDictionary<string, string>.Builder refused, CancellationToken cancellationToken)
    {
        var server = await ReadAsync<CollectingInputs>(run, cancellationToken);
        foreach (var (trainer, hash) in run.OutputsInOrder())
        {
            var message = await bundles.ReadMaskedAsync(trainer, hash, cancellationToken);
            server = Try(trainer, server, () => server.Add(message), refused);
        }

        return new ExchangeState(server.Close()) { Inputs = [.. run.OutputsInOrder().Where(output => !refused.ContainsKey(output.Trainer)).Select(output => new MaskedOutput(output.Trainer, output.Output))] };
    }

    private async Task<TServer> TakeInAsync<TServer, TMessage>(
        RunState run, TServer server, Func<TMessage, string> sender, Func<TServer, TMessage, TServer> add, ImmutableSortedDictionary<string, string>.Builder refused,
        CancellationToken cancellationToken)
    {
        foreach (var (trainer, hash) in run.OutputsInOrder())
        {
            var message = await bundles.ReadAnswerAsync<TMessage>(hash, cancellationToken);
            server = Try(
                trainer, server,
                () => sender(message) == trainer ? add(server, message) : throw new SecureMessageRefusedException($"'{trainer}' sent what is said to be from '{sender(message)}'."),
                refused);
        }

        return server;
    }

    private static TServer Try<TServer>(string trainer, TServer before, Func<TServer> add, ImmutableSortedDictionary<string, string>.Builder refused)
    {
        try
        {
            return add();
        }
        catch (SecureMessageRefusedException exception)
        {
            refused[trainer] = exception.Message;
            return before;
        }
    }

    private async Task<TServer> ReadAsync<TServer>(RunState run, CancellationToken cancellationToken)
        where TServer : SecureServer => (TServer)(await bundles.ReadExchangeAsync(run.Exchange!, cancellationToken)).Server;
}

/// <summary>What trainers of a masked round have told each other so far: the <c>exchange.json</c> of its bundles.</summary>
/// <param name="Server">Where the round stands. All of it may be seen by everybody: shares are sealed to their holders.</param>
internal sealed record ExchangeState(SecureServer Server)
{
    /// <summary>Where masked vectors lie, in ordinal order of trainers; once they are in.</summary>
    public ImmutableArray<MaskedOutput> Inputs { get; init; } = [];
}

/// <summary>A masked vector.</summary>
/// <param name="Trainer">Whose.</param>
/// <param name="Output">SHA-256 of its bundle.</param>
internal sealed record MaskedOutput(string Trainer, string Output);
