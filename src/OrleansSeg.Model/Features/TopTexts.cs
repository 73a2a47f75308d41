namespace OrleansSeg.Model.Features;

/// <summary>The texts of the largest amounts, each once, without sorting all that were seen.</summary>
/// <param name="countMax">Most texts kept.</param>
internal sealed class TopTexts(int countMax)
{
    private readonly List<(string Text, decimal Amount)> _top = new(countMax);

    /// <summary>Takes part in the choice with one amount; of equal amounts the earlier one goes first.</summary>
    public void Add(string text, decimal amount)
    {
        if (_top.Count == countMax && amount <= _top[^1].Amount)
        {
            return;
        }

        var known = _top.FindIndex(kept => kept.Text == text);
        if (known >= 0)
        {
            if (amount <= _top[known].Amount)
            {
                return;
            }

            _top.RemoveAt(known);
        }
        else if (_top.Count == countMax)
        {
            _top.RemoveAt(countMax - 1);
        }

        var place = _top.FindIndex(kept => kept.Amount < amount);
        _top.Insert(place < 0 ? _top.Count : place, (text, amount));
    }

    /// <summary>Those kept, of the largest amount first.</summary>
    public string[] ToArray() => [.. _top.Select(kept => kept.Text)];
}
