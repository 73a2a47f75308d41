namespace OrleansSeg.Model.Training;

/// <summary>Batches of examples of about one length, so that little of a batch is padding.</summary>
internal static class BatchPlan
{
    /// <summary>Positions of examples, sorted by length and cut into batches.</summary>
    public static List<int[]> Of(IReadOnlyList<Example> examples, int batchSize) =>
        [.. Enumerable.Range(0, examples.Count).OrderBy(i => examples[i].Input.Tokens.Length).Chunk(batchSize)];

    /// <summary>Mixes examples within lengths, then the batches' order.</summary>
    public static void Shuffle(List<int[]> batches, IReadOnlyList<Example> examples, int batchSize, Random random)
    {
        var all = batches.SelectMany(batch => batch).ToArray();
        random.Shuffle(all);
        var mixed = all.OrderBy(i => examples[i].Input.Tokens.Length).Chunk(batchSize).ToArray();
        random.Shuffle(mixed);
        batches.Clear();
        batches.AddRange(mixed);
    }
}
