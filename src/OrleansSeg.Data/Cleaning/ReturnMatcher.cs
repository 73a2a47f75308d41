using OrleansSeg.Events;

namespace OrleansSeg.Data.Cleaning;

/// <summary>Tells which returns follow a purchase of the same item by the same customer earlier in the file.</summary>
/// <remarks>
/// Units bought and not yet sent back are counted for each customer and item; a return that finds any is matched and takes its units
/// from them. The order of the file counts, so a file that is not in order of time matches fewer.
/// </remarks>
internal sealed class ReturnMatcher : IDisposable
{
    private readonly HashCountTable _units = new();

    /// <summary>Looks at an event that is kept.</summary>
    /// <param name="e">The event.</param>
    /// <param name="key">Hash of the customer and the item.</param>
    /// <returns>Whether a return is matched; null for any other event.</returns>
    public bool? Observe(BehaviourEvent e, UInt128 key)
    {
        var units = (int)Math.Ceiling(e.Quantity ?? 1);
        if (e.Type == EventType.Purchase && e.Item is not null)
        {
            _units.Add(key, units);
        }

        if (e.Type != EventType.Return)
        {
            return null;
        }

        var matched = e.Item is not null && _units[key] > 0;
        if (matched)
        {
            _units.Add(key, -units);
        }

        return matched;
    }

    /// <inheritdoc />
    public void Dispose() => _units.Dispose();
}
