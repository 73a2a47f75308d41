namespace OrleansSeg.Persistence.Sqlite;

/// <summary>One write that waits for its group's commit.</summary>
internal abstract class PendingWrite
{
    /// <summary>Runs the write inside the open transaction.</summary>
    public abstract void Execute(SqliteStatements statements);

    /// <summary>Answers the caller: the group is on the disk.</summary>
    public abstract void Acknowledge();

    /// <summary>Answers the caller: nothing was stored.</summary>
    public abstract void Fail(Exception failure);
}

/// <inheritdoc />
internal sealed class PendingWrite<TResult>(Func<SqliteStatements, TResult> write) : PendingWrite
{
    // Continuations run elsewhere: the writer must not execute its callers' code between two commits.
    private readonly TaskCompletionSource<TResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TResult? _result;

    public Task<TResult> Result => _answer.Task;

    public override void Execute(SqliteStatements statements) => _result = write(statements);

    public override void Acknowledge() => _answer.SetResult(_result!);

    public override void Fail(Exception failure) => _answer.SetException(failure);
}
