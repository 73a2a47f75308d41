using System.Collections.Immutable;
using OrleansSeg.Model.Federation.Aggregation;
using OrleansSeg.Model.Federation.Training;

namespace OrleansSeg.Model.Federation.Rounds;

/// <summary>An update that came after its round was aggregated.</summary>
/// <param name="Update">What the trainer sent.</param>
/// <param name="Round">The round it was trained in.</param>
public sealed record LateUpdate(TrainerUpdate Update, int Round);

/// <summary>What enters a round, and what does not.</summary>
/// <param name="Updates">One of each trainer at most, in ordinal order of trainers.</param>
/// <param name="Refused">Late updates left out, and why; in ordinal order of trainers.</param>
public sealed record AdmittedUpdates(ImmutableArray<TrainerUpdate> Updates, ImmutableArray<UpdateRefusal> Refused);

/// <summary>What becomes of late updates: dropped, or kept for a later round at a weight that falls with their age.</summary>
/// <remarks>
/// An update s rounds old counts for (1 + s)^-a of its examples, rounded, at least one: the polynomial discount of Xie, Koyejo and Gupta 2019,
/// arXiv:1903.03934, section 5.2. Differs: there each update is mixed into the weights when it comes, here it joins the next round's mean.
/// <code>
/// keep goes with
/// -----------------------------------+---------------------------------------------------------------------------------
/// fedavg, fedprox                    | yes: a late change is a change all the same, and counts for less in the mean
/// fedavgm, fedadam, fedyogi          | yes: they use the mean alone
/// scaffold                           | no: its control variate's change was taken against a server's that is gone
/// compression                        | yes: what it left out is sent later, whatever round the rest counts in
/// fusion, heads                      | yes: the same weights, fewer of them
/// heads of each site's own           | no: they are values, not changes, and would undo what the site learned since
/// secure aggregation, unit: trainer  | no: see <see cref="Privacy.PrivacyCombinations"/>, as for unit: customer, which goes
/// </code>
/// </remarks>
/// <param name="StalenessMax">Oldest update kept, in rounds; 0 drops all.</param>
/// <param name="Discount">The exponent a; 0 for full weight at any age, at most 10.</param>
public sealed record LateUpdatePolicy(int StalenessMax, double Discount = 0.5)
{
    /// <summary>The name of <see cref="Drop"/> in plans.</summary>
    public const string DropName = "drop";

    /// <summary>The name of <see cref="Keep"/> in plans.</summary>
    public const string KeepName = "keep";

    /// <summary>Late updates are dropped.</summary>
    public static LateUpdatePolicy Drop { get; } = new(0);

    /// <summary>Late updates are kept for four rounds: after that they count for less than half, and were made on weights that are long gone.</summary>
    public static LateUpdatePolicy Keep { get; } = new(4);

    /// <summary>Policies by the names that plans give them.</summary>
    public static ImmutableSortedDictionary<string, LateUpdatePolicy> ByName { get; } =
        ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create(DropName, Drop), KeyValuePair.Create(KeepName, Keep)]);

    /// <summary>Why late updates cannot be kept with a strategy and a scope; none where they can, or are dropped.</summary>
    /// <param name="strategy">The strategy's name.</param>
    /// <param name="scope">The scope's name.</param>
    /// <returns>A sentence for each, which begins with what late updates do not go with.</returns>
    public IEnumerable<string> Faults(string strategy, string scope)
    {
        if (StalenessMax > 0 && strategy == Scaffold.StrategyName)
        {
            yield return $"Strategy '{strategy}': the change of a control variate holds for the round it was taken in alone.";
        }

        if (StalenessMax > 0 && SharedScope.ByName.TryGetValue(scope, out var shared) && !shared.AtSite.IsEmpty)
        {
            yield return $"Scope '{scope}': late values of what each site trains for itself would undo what it has learned since.";
        }
    }

    /// <summary>Checks the bounds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of bounds; the message names it.</exception>
    public void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(StalenessMax);
        if (Discount is not (>= 0 and <= 10))
        {
            throw new ArgumentOutOfRangeException(nameof(Discount), Discount, "Must be 0 to 10.");
        }
    }

    /// <summary>The updates of a round.</summary>
    /// <param name="round">The round to aggregate.</param>
    /// <param name="fresh">Its own updates, one of each trainer.</param>
    /// <param name="late">Updates of earlier rounds that came since.</param>
    /// <exception cref="ArgumentException">A late update is of this round or a later one.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of bounds; the message names it.</exception>
    public AdmittedUpdates Admit(int round, IReadOnlyCollection<TrainerUpdate> fresh, IReadOnlyCollection<LateUpdate> late)
    {
        ArgumentNullException.ThrowIfNull(fresh);
        ArgumentNullException.ThrowIfNull(late);
        Check();
        var admitted = fresh.ToList();
        var refused = ImmutableArray.CreateBuilder<UpdateRefusal>();
        var present = fresh.Select(update => update.Trainer).ToHashSet(StringComparer.Ordinal);
        foreach (var item in late.OrderBy(item => item.Update.Trainer, StringComparer.Ordinal).ThenByDescending(item => item.Round))
        {
            var refusal = Refuse(item, round, present);
            if (refusal is not null)
            {
                refused.Add(refusal);
                continue;
            }

            present.Add(item.Update.Trainer);
            admitted.Add(item.Update with { Examples = Discounted(item.Update.Examples, round - item.Round) });
        }

        return new AdmittedUpdates([.. admitted.OrderBy(update => update.Trainer, StringComparer.Ordinal)], refused.DrainToImmutable());
    }

    private UpdateRefusal? Refuse(LateUpdate item, int round, HashSet<string> present)
    {
        var (trainer, age) = (item.Update.Trainer, round - item.Round);
        if (age < 1)
        {
            throw new ArgumentException($"Trainer '{trainer}' has a late update of round {item.Round} in round {round}.", nameof(item));
        }

        return age > StalenessMax
            ? new(trainer, UpdateFault.Late, $"Trainer '{trainer}' sent its update of round {item.Round} too late for round {round}; at most {StalenessMax} rounds late are kept.")
            : item.Update.ControlDelta is not null
            ? new(trainer, UpdateFault.Late, $"Trainer '{trainer}' sent its update of round {item.Round} late, and its control variate is of that round.")
            : present.Contains(trainer)
            ? new(trainer, UpdateFault.Superseded, $"Trainer '{trainer}' has a newer update than that of round {item.Round}.")
            : null;
    }

    private long Discounted(long examples, int age) => Math.Max(1, (long)Math.Round(examples * Math.Pow(1 + age, -Discount)));
}
