using Orleans.Placement;

namespace OrleansSeg.Placement;

/// <summary>Prefers one silo for a partition and everything of it; the grain's key is a customer's or a partition's.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class WithPartitionAttribute() : PlacementAttribute(new WithPartitionPlacement());

/// <summary>The strategy behind <see cref="WithPartitionAttribute"/>; it has no settings to carry.</summary>
[GenerateSerializer, Immutable, SuppressReferenceTracking, Alias("seg.with-partition")]
public sealed class WithPartitionPlacement : PlacementStrategy;
