using Orleans.Runtime;
using OrleansSeg.Persistence.Conformance;

namespace OrleansSeg.Persistence.AzureTables.Tests;

/// <summary>Counts durably, and keeps a reminder.</summary>
[GrainInterfaceType("test.tally"), Alias("test.tally")]
public interface ITallyGrain : IGrainWithStringKey
{
    [Alias("add")]
    Task<int> AddAsync(int count);

    [Alias("get")]
    Task<int> GetAsync();

    [Alias("clear")]
    Task ClearAsync();

    [Alias("where")]
    Task<string> WhereAsync();

    [Alias("remind")]
    Task RemindAsync(string name);

    [Alias("has-reminder")]
    Task<bool> HasReminderAsync(string name);
}

[GrainType("test.tally"), Orleans.Placement.RandomPlacement]
internal sealed class TallyGrain([PersistentState("tally", TestSilo.StorageName)] IPersistentState<Tally> tally) : Grain, ITallyGrain, IRemindable
{
    public async Task<int> AddAsync(int count)
    {
        tally.State.Count += count;
        await tally.WriteStateAsync();
        return tally.State.Count;
    }

    public Task<int> GetAsync() => Task.FromResult(tally.State.Count);

    public Task ClearAsync() => tally.ClearStateAsync();

    public Task<string> WhereAsync() => Task.FromResult(RuntimeIdentity);

    public async Task RemindAsync(string name) => await this.RegisterOrUpdateReminder(name, TimeSpan.FromHours(1), TimeSpan.FromHours(1));

    public async Task<bool> HasReminderAsync(string name) => await this.GetReminder(name) is not null;

    public Task ReceiveReminder(string reminderName, TickStatus status) => Task.CompletedTask;
}
