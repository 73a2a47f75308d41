using Orleans.Messaging;
using Orleans.Runtime;

namespace OrleansSeg.Persistence.Conformance;

/// <summary>What every membership table and its gateway list promise.</summary>
/// <remarks>A provider's test class derives from it and gives a cluster that no other test uses.</remarks>
public abstract class MembershipTableConformance
{
    private static readonly DateTime Start = Silos.Start;

    /// <summary>The provider under test, initialized.</summary>
    protected abstract IMembershipTable Table { get; }

    /// <summary>The list of the same cluster's gateways.</summary>
    protected abstract IGatewayListProvider Gateways { get; }

    /// <summary>The same provider for another cluster in the same store, initialized.</summary>
    protected abstract Task<IMembershipTable> OfAnotherClusterAsync();

    /// <summary>Whether the provider's layout has a column for a silo's role, which nothing reads.</summary>
    protected virtual bool KeepsRoles => true;

    /// <summary>Whether a silo may come with suspicions; Orleans itself adds them later.</summary>
    protected virtual bool InsertsSuspicions => true;

    /// <summary>Whether clean-up takes away silos that were silent before they were active, or only those that are known to be dead.</summary>
    protected virtual bool ClearsSilosThatNeverJoined => true;

    [SkippableFact]
    public async Task NewTable_HasVersionZeroAndNoSilos_HoweverOftenItIsInitialized()
    {
        var first = await Table.ReadAllAsync(default);
        await Table.InitializeMembershipTableAsync(tryInitTableVersion: true, default);
        await Table.InitializeMembershipTableAsync(tryInitTableVersion: false, default);
        var again = await Table.ReadAllAsync(default);
        Assert.Empty(again.Members);
        Assert.Equal((0, first.Version.VersionEtag), (again.Version.Version, again.Version.VersionEtag));
    }

    [SkippableFact]
    public async Task Insert_AdvancesTheVersion_AndReadsBackWhole()
    {
        var entry = Silos.Entry(1);
        if (InsertsSuspicions)
        {
            entry.AddSuspector(Silos.Entry(2).SiloAddress, Start.AddSeconds(1));
            entry.AddSuspector(Silos.Entry(3).SiloAddress, Start.AddSeconds(2));
        }

        Assert.True(await Table.InsertRowAsync(entry, (await Table.ReadAllAsync(default)).Version.Next(), default));

        var all = await Table.ReadAllAsync(default);
        Assert.Equal(1, all.Version.Version);
        var (read, etag) = Assert.Single(all.Members);
        Assert.NotNull(etag);
        AssertSame(entry, read);
        AssertSame(entry, Assert.Single((await Table.ReadRowAsync(entry.SiloAddress, default)).Members).Item1);
    }

    [SkippableFact]
    public async Task Insert_OfASiloThatIsThere_IsFalse_AndTheVersionStays()
    {
        Assert.True(await Table.InsertRowAsync(Silos.Entry(1), (await Table.ReadAllAsync(default)).Version.Next(), default));
        Assert.False(await Table.InsertRowAsync(Silos.Entry(1), (await Table.ReadAllAsync(default)).Version.Next(), default));
        Assert.Equal(1, (await Table.ReadAllAsync(default)).Version.Version);
    }

    [SkippableFact]
    public async Task Insert_WithAnOldVersion_IsFalse_AndTheSiloIsNotThere()
    {
        var old = (await Table.ReadAllAsync(default)).Version.Next();
        Assert.True(await Table.InsertRowAsync(Silos.Entry(1), old, default));
        Assert.False(await Table.InsertRowAsync(Silos.Entry(2), old, default));
        Assert.Single((await Table.ReadAllAsync(default)).Members);
    }

    [SkippableFact]
    public async Task ReadRow_OfASiloThatIsNotThere_GivesTheVersionAlone()
    {
        await Table.InsertRowAsync(Silos.Entry(1), (await Table.ReadAllAsync(default)).Version.Next(), default);
        var read = await Table.ReadRowAsync(Silos.Entry(2).SiloAddress, default);
        Assert.Empty(read.Members);
        Assert.Equal(1, read.Version.Version);
    }

    [SkippableFact]
    public async Task Update_ChangesTheRow_AndNeedsBothEtags()
    {
        await Table.InsertRowAsync(Silos.Entry(1), (await Table.ReadAllAsync(default)).Version.Next(), default);
        var before = await Table.ReadRowAsync(Silos.Entry(1).SiloAddress, default);
        var (entry, etag) = before.Members[0];
        entry.Status = SiloStatus.Dead;
        entry.AddSuspector(Silos.Entry(9).SiloAddress, Start);
        Assert.True(await Table.UpdateRowAsync(entry, etag, before.Version.Next(), default));

        var after = await Table.ReadRowAsync(entry.SiloAddress, default);
        AssertSame(entry, after.Members[0].Item1);
        Assert.Equal(2, after.Version.Version);
        Assert.False(await Table.UpdateRowAsync(entry, etag, after.Version.Next(), default));
        Assert.False(await Table.UpdateRowAsync(entry, after.Members[0].Item2, before.Version.Next(), default));
        Assert.Equal(2, (await Table.ReadAllAsync(default)).Version.Version);
    }

    [SkippableFact]
    public async Task ParallelUpdates_EachSucceedOnce_AndTheVersionCountsThem()
    {
        const int SiloCount = 6;
        for (var number = 1; number <= SiloCount; number++)
        {
            Assert.True(await Table.InsertRowAsync(Silos.Entry(number), (await Table.ReadAllAsync(default)).Version.Next(), default));
        }

        await Task.WhenAll(Enumerable.Range(1, SiloCount).Select(number => UpdateUntilDoneAsync(Silos.Entry(number).SiloAddress)));
        var all = await Table.ReadAllAsync(default);
        Assert.Equal(SiloCount * 2, all.Version.Version);
        Assert.All(all.Members, member => Assert.Equal(SiloStatus.Dead, member.Item1.Status));
    }

    [SkippableFact]
    public async Task IAmAlive_ChangesTheTimeAlone_AndNotTheVersion()
    {
        var entry = Silos.Entry(1);
        await Table.InsertRowAsync(entry, (await Table.ReadAllAsync(default)).Version.Next(), default);
        entry.AddSuspector(Silos.Entry(2).SiloAddress, Start);
        var before = await Table.ReadRowAsync(entry.SiloAddress, default);
        Assert.True(await Table.UpdateRowAsync(entry, before.Members[0].Item2, before.Version.Next(), default));
        var alive = new MembershipEntry { SiloAddress = entry.SiloAddress, IAmAliveTime = Start.AddMinutes(3) };
        await Table.UpdateIAmAliveAsync(alive, default);

        var all = await Table.ReadAllAsync(default);
        Assert.Equal(2, all.Version.Version);
        entry.IAmAliveTime = alive.IAmAliveTime;
        AssertSame(entry, Assert.Single(all.Members).Item1);
    }

    [SkippableFact]
    public async Task IAmAlive_OfASiloThatIsNotThere_MakesNoRow()
    {
        await Assert.ThrowsAnyAsync<Exception>(() => Table.UpdateIAmAliveAsync(Silos.Entry(1), default));
        Assert.Empty((await Table.ReadAllAsync(default)).Members);
    }

    [SkippableFact]
    public async Task Gateways_AreTheActiveSilosWithAGateway()
    {
        Assert.Empty(await Gateways.GetGatewaysAsync(default));
        MembershipEntry[] entries = [Silos.Entry(1), Silos.Entry(2), Silos.Entry(3), Silos.Entry(4)];
        (entries[1].ProxyPort, entries[2].Status) = (0, SiloStatus.Dead);
        foreach (var entry in entries)
        {
            await Table.InsertRowAsync(entry, (await Table.ReadAllAsync(default)).Version.Next(), default);
        }

        var found = await Gateways.GetGatewaysAsync(default);
        Assert.Equal(
            ["gwy.tcp://10.0.0.1:30001/400000001", "gwy.tcp://10.0.0.4:30004/400000004"],
            found.Select(uri => uri.ToString()).Order(StringComparer.Ordinal));
    }

    [SkippableFact]
    public async Task CleanUp_RemovesDefunctSilosOnly_AndNotTheVersion()
    {
        SiloStatus[] statuses = [SiloStatus.Active, SiloStatus.Dead, SiloStatus.Joining, SiloStatus.Dead];
        foreach (var (number, status) in statuses.Index())
        {
            var entry = Silos.Entry(number + 1);
            entry.Status = status;
            await Table.InsertRowAsync(entry, (await Table.ReadAllAsync(default)).Version.Next(), default);
        }

        await Table.CleanupDefunctSiloEntriesAsync(Start.AddYears(-1), default);
        Assert.Equal(4, (await Table.ReadAllAsync(default)).Members.Count);

        await Table.CleanupDefunctSiloEntriesAsync(Start.AddYears(100), default);
        var all = await Table.ReadAllAsync(default);
        SiloStatus[] kept = ClearsSilosThatNeverJoined ? [SiloStatus.Active] : [SiloStatus.Joining, SiloStatus.Active];
        Assert.Equal(kept, all.Members.Select(member => member.Item1.Status).Order());
        Assert.Equal(4, all.Version.Version);
    }

    [SkippableFact]
    public async Task Clusters_OfOneStore_DoNotSeeEachOther_AndAreDeletedApart()
    {
        var other = await OfAnotherClusterAsync();
        await Table.InsertRowAsync(Silos.Entry(1), (await Table.ReadAllAsync(default)).Version.Next(), default);
        Assert.Empty((await other.ReadAllAsync(default)).Members);

        await other.InsertRowAsync(Silos.Entry(2), (await other.ReadAllAsync(default)).Version.Next(), default);
        await Table.DeleteMembershipTableEntriesAsync(ClusterId, default);
        Assert.Single((await other.ReadAllAsync(default)).Members);
        await Table.InitializeMembershipTableAsync(tryInitTableVersion: true, default);
        var empty = await Table.ReadAllAsync(default);
        Assert.Empty(empty.Members);
        Assert.Equal(0, empty.Version.Version);
    }

    /// <summary>The id of the cluster that <see cref="Table"/> keeps.</summary>
    protected abstract string ClusterId { get; }

    private void AssertSame(MembershipEntry expected, MembershipEntry read)
    {
        if (!KeepsRoles)
        {
            read.RoleName = expected.RoleName;
        }

        Assert.Equal(expected.ToFullString(), read.ToFullString());
        Assert.Equal((expected.ProxyPort, expected.HostName), (read.ProxyPort, read.HostName));
        Assert.Equal((expected.SiloName, expected.RoleName), (read.SiloName, read.RoleName));
        Assert.Equal((expected.StartTime, expected.IAmAliveTime), (read.StartTime, read.IAmAliveTime));
        Assert.Equal(expected.SuspectTimes ?? [], read.SuspectTimes ?? []);
    }

    private async Task UpdateUntilDoneAsync(SiloAddress silo)
    {
        while (true)
        {
            var read = await Table.ReadRowAsync(silo, default);
            var (entry, etag) = read.Members[0];
            entry.Status = SiloStatus.Dead;
            if (await Table.UpdateRowAsync(entry, etag, read.Version.Next(), default))
            {
                return;
            }
        }
    }
}
