using System.Diagnostics.CodeAnalysis;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Cleaning;

/// <summary>Checks customer ids; an id seen lately is the same string again and is not checked twice.</summary>
/// <param name="site">The site: it is part of the key whose length is bounded.</param>
/// <param name="areNumbers">Whether a trailing <c>.0</c> is cut.</param>
internal sealed class CustomerIds(string site, bool areNumbers)
{
    private const int SlotCount = 1 << 14;

    private readonly StringPool _pool = new(SlotCount);
    private readonly HashSet<string> _sound = new(ReferenceEqualityComparer.Instance);

    /// <summary>The id as a string, or what is wrong with it.</summary>
    public bool TryGet(ReadOnlySpan<char> text, out string id, [NotNullWhen(false)] out string? problem)
    {
        if (areNumbers && text.EndsWith(".0", StringComparison.Ordinal))
        {
            text = text[..^2];
        }

        id = _pool.Get(text);
        problem = null;
        if (_sound.Contains(id))
        {
            return true;
        }

        if (!CustomerKey.TryCreate(site, id, out _, out problem))
        {
            return false;
        }

        if (_sound.Count == SlotCount)
        {
            _sound.Clear();
        }

        _sound.Add(id);
        return true;
    }
}
