using OrleansSeg.Customers.Storage;

namespace OrleansSeg.Customers.Scoring;

/// <summary>A score on its way into the customer's state; dropped when the customer was erased or withdrew consent meanwhile.</summary>
internal sealed class AssignmentChange(int epoch, StoredAssignment assignment, CustomerOptions options) : PendingChange<CustomerDraft>
{
    /// <inheritdoc />
    public override ValueTask<bool> ApplyAsync(CustomerDraft draft)
    {
        var state = draft.State;
        if (state.Epoch == epoch && state.IsKnown && state.MayProfile(options) && state.Assignment != assignment)
        {
            draft.Set(state with { Assignment = assignment, AssignmentVersion = state.AssignmentVersion + 1 });
        }

        return ValueTask.FromResult(true);
    }
}
