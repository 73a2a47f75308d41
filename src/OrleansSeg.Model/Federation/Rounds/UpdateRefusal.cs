namespace OrleansSeg.Model.Federation.Rounds;

/// <summary>Why an update does not enter a round.</summary>
public enum UpdateFault
{
    /// <summary>It is of another model: more or fewer weights.</summary>
    WrongLength,

    /// <summary>It stands for no example, or for more than its trainer can have.</summary>
    Examples,

    /// <summary>It reports no optimizer step.</summary>
    NoSteps,

    /// <summary>A number in it is NaN or infinite.</summary>
    NotFinite,

    /// <summary>Its norm is above the bound.</summary>
    NormTooLarge,

    /// <summary>The strategy needs a control variate's change and it has none.</summary>
    NoControl,

    /// <summary>It came after its round.</summary>
    Late,

    /// <summary>A newer update of the same trainer is there.</summary>
    Superseded,
}

/// <summary>An update that is left out, and why.</summary>
/// <param name="Trainer">Who sent it.</param>
/// <param name="Fault">The kind of fault, to count by.</param>
/// <param name="Reason">A sentence for reports; it names the trainer.</param>
public sealed record UpdateRefusal(string Trainer, UpdateFault Fault, string Reason);
