using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using OrleansSeg.Federation.Privacy;
using OrleansSeg.Federation.Runs;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>Seeds that can be had again: of a step always the same, or another at every draw.</summary>
internal sealed class TestSeeds : INoiseSeeds
{
    private readonly ConcurrentDictionary<(string, string, StepKey), int> _draws = new();

    /// <summary>Whether a second draw for the same step gives other bits, as a real one would.</summary>
    public bool IsFresh { get; set; }

    /// <summary>Draws for each step of a federation.</summary>
    public IEnumerable<(string Drawer, StepKey Step, int Draws)> DrawsOf(string federation) =>
        _draws.Where(draw => draw.Key.Item1 == federation).Select(draw => (draw.Key.Item2, draw.Key.Item3, draw.Value));

    public byte[] Draw(string federation, string drawer, StepKey step)
    {
        var draw = _draws.AddOrUpdate((federation, drawer, step), 1, (_, before) => before + 1);
        return SHA256.HashData(Encoding.UTF8.GetBytes($"{drawer}/{step}/{(IsFresh ? draw : 0)}"));
    }
}
