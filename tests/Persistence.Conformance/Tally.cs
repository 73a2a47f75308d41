namespace OrleansSeg.Persistence.Conformance;

/// <summary>A grain's record in the suites.</summary>
[GenerateSerializer, Alias("conformance.tally")]
public sealed class Tally
{
    [Id(0)]
    public int Count { get; set; }

    [Id(1)]
    public string Text { get; set; } = "";

    [Id(2)]
    public byte[] Ballast { get; set; } = [];
}
