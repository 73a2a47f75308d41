using System.Text.Json.Serialization;

namespace OrleansSeg.Model.Federation.Privacy;

/// <summary>Whose presence in the training data cannot be told from the model.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PrivacyUnit>))]
public enum PrivacyUnit
{
    /// <summary>Nobody's: no noise is added.</summary>
    None,

    /// <summary>One customer's: gradients are clipped per customer, and noise is added at the trainer at every step.</summary>
    Customer,

    /// <summary>A whole trainer's, and so called site-level: its update is clipped, and noise is added to the sum of updates.</summary>
    Trainer,
}
