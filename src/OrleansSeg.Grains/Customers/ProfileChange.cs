using OrleansSeg.Customers.Storage;

namespace OrleansSeg.Customers;

/// <summary>A change of attributes or consent on its way into the state.</summary>
/// <param name="change">Makes the next version; the same one when nothing changes.</param>
/// <param name="imported">Whether it came with an import.</param>
internal sealed class ProfileChange(Func<CustomerState, CustomerState> change, bool imported) : PendingChange<CustomerDraft>
{
    /// <inheritdoc />
    public override ValueTask<bool> ApplyAsync(CustomerDraft draft)
    {
        Refusal = null;
        try
        {
            var next = change(draft.State);
            if (!ReferenceEquals(next, draft.State))
            {
                draft.Set(next);
                draft.Touch(imported);
            }
        }
        catch (ArgumentException refusal)
        {
            // Checked here and not before, because changes that share the write count too.
            Refusal = refusal;
        }

        return ValueTask.FromResult(true);
    }
}

/// <summary>The rules of profile attributes.</summary>
internal static class ProfileAttributes
{
    /// <summary>Most attributes of a customer.</summary>
    public const int CountMax = 64;

    /// <summary>Longest name or value, in characters.</summary>
    public const int LengthMax = 256;

    /// <summary>Checks names and values.</summary>
    /// <exception cref="ArgumentException">A bound is broken; the message names the attribute.</exception>
    public static void Check(IEnumerable<KeyValuePair<string, string?>> attributes)
    {
        foreach (var (name, value) in attributes)
        {
            if (name.Length is 0 or > LengthMax)
            {
                throw new ArgumentException($"Attribute '{Shorten(name)}': a name has 1 to {LengthMax} characters, not {name.Length}.", nameof(attributes));
            }

            if (value is { Length: > LengthMax })
            {
                throw new ArgumentException($"Attribute '{name}': a value has at most {LengthMax} characters, not {value.Length}.", nameof(attributes));
            }
        }
    }

    /// <summary>The state with attributes set, and removed where the value is null; the same state when nothing changes.</summary>
    /// <exception cref="ArgumentException">There would be too many.</exception>
    public static CustomerState Apply(CustomerState state, IEnumerable<KeyValuePair<string, string?>> attributes)
    {
        var merged = new SortedDictionary<string, string>(state.Attributes.ToDictionary(a => a.Name, a => a.Value), StringComparer.Ordinal);
        foreach (var (name, value) in attributes)
        {
            if (value is null)
            {
                merged.Remove(name);
            }
            else
            {
                merged[name] = value;
            }
        }

        if (merged.Count > CountMax)
        {
            throw new ArgumentException($"A customer has at most {CountMax} attributes; there would be {merged.Count}.", nameof(attributes));
        }

        ProfileAttribute[] next = [.. merged.Select(pair => new ProfileAttribute(pair.Key, pair.Value))];
        return next.AsSpan().SequenceEqual(state.Attributes) ? state : state with { Attributes = next };
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
