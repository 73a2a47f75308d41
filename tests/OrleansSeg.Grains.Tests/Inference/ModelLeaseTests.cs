using OrleansSeg.Inference;

namespace OrleansSeg.Grains.Tests.Inference;

public sealed class ModelLeaseTests
{
    [Fact]
    public void Model_IsFreed_OnlyByTheLastLease()
    {
        var model = new StepModel();
        var owned = ModelLease.Own(model);
        var rented = owned.Rent()!;
        owned.Dispose();
        Assert.False(model.IsDisposed);
        Assert.Same(model, rented.Model);
        rented.Dispose();
        Assert.True(model.IsDisposed);
        Assert.Null(owned.Rent());
    }

    [Fact]
    public void Lease_ReturnedTwice_CountsOnce()
    {
        var model = new StepModel();
        using var owned = ModelLease.Own(model);
        var rented = owned.Rent()!;
        rented.Dispose();
        rented.Dispose();
        Assert.False(model.IsDisposed);
    }
}
