using OrleansSeg.Model.Bundles;

namespace OrleansSeg.Model.Federation.Aggregation;

/// <summary>Vectors of a strategy's state: started, found by name, stored and read back bit by bit.</summary>
public static class ServerVectors
{
    /// <summary>The stored form of the vectors, a safetensors file; the number of the round is stored beside it.</summary>
    public static byte[] Write(ServerState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return SafeTensors.Write(state.Vectors.ToDictionary(pair => pair.Key, pair => new StoredTensor([pair.Value.Length], pair.Value)));
    }

    /// <summary>Reads the stored form back.</summary>
    /// <param name="round">Rounds aggregated so far.</param>
    /// <param name="file">What <see cref="Write"/> made.</param>
    /// <exception cref="InvalidDataException">The bytes are no safetensors file.</exception>
    public static ServerState Read(int round, ReadOnlySpan<byte> file) =>
        new(round, ServerState.Empty.Vectors.AddRange(SafeTensors.Read(file).Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Values))));

    /// <summary>A state before the first round whose vectors all begin at one value.</summary>
    internal static ServerState Start(int length, params ReadOnlySpan<(string Name, float Value)> vectors)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var state = ServerState.Empty;
        foreach (var (name, value) in vectors)
        {
            var values = new float[length];
            Array.Fill(values, value);
            state = state with { Vectors = state.Vectors.Add(name, values) };
        }

        return state;
    }

    /// <summary>(P) a vector by name.</summary>
    /// <exception cref="ArgumentException">The state has no such vector of this length: it is another strategy's or another model's.</exception>
    internal static float[] Find(this ServerState state, string name, int length)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Vectors.TryGetValue(name, out var values) && values.Length == length
            ? values
            : throw new ArgumentException($"The state has no vector '{name}' of {length} numbers; it has {Listed(state)}.", nameof(state));
    }

    private static string Listed(ServerState state) => state.Vectors.IsEmpty
        ? "none"
        : string.Join(", ", state.Vectors.Select(pair => $"'{pair.Key}' of {pair.Value.Length}"));
}
