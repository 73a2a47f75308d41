using OrleansSeg.Inference;

namespace OrleansSeg.Models;

/// <summary>One followed site and the model it is served by. Safe from any thread.</summary>
internal sealed class ServedSite(string name)
{
    private readonly Lock _gate = new();
    private ModelLease? _owned;
    private ModelReference? _reference;
    private bool _closed;

    /// <summary>The site.</summary>
    public string Name => name;

    /// <summary>Held while the model is brought up to date.</summary>
    public SemaphoreSlim Update { get; } = new(1);

    /// <summary>Ends with the first attempt to load a model; null before the site is followed.</summary>
    public Task? First { get; private set; }

    /// <summary>The loop that follows the registry.</summary>
    public Task? Loop { get; private set; }

    /// <summary>Starts the loop unless it runs; returns <see cref="First"/>.</summary>
    public Task Start(Func<ServedSite, TaskCompletionSource, Task> follow)
    {
        lock (_gate)
        {
            if (First is null)
            {
                var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                First = first.Task;

                // Off the grain's scheduler: the loop outlives the call that began it.
                Loop = Task.Run(() => follow(this, first));
            }

            return First;
        }
    }

    /// <summary>Whether this version is the one in service here.</summary>
    public bool Serves(ModelReference reference)
    {
        lock (_gate)
        {
            return _reference?.Version == reference.Version && _reference.Sha256 == reference.Sha256;
        }
    }

    /// <summary>Borrows the model, or null when there is none.</summary>
    public ModelLease? Rent()
    {
        lock (_gate)
        {
            return _owned?.Rent();
        }
    }

    /// <summary>Puts a model in service; the one before is freed after its last batch.</summary>
    public void Replace(IScoringModel model, ModelReference reference)
    {
        var added = ModelLease.Own(model);
        lock (_gate)
        {
            // A load that ends after the silo has stopped must not leave its model behind.
            if (!_closed)
            {
                (added, _owned, _reference) = (_owned, added, reference);
            }
        }

        added?.Dispose();
    }

    /// <summary>Takes the model out of service for good.</summary>
    public void Close()
    {
        ModelLease? last;
        lock (_gate)
        {
            _closed = true;
            (last, _owned, _reference) = (_owned, null, null);
        }

        last?.Dispose();
    }
}
