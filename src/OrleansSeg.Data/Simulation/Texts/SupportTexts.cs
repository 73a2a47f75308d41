using OrleansSeg.Data.Simulation.Assortment;
using OrleansSeg.Data.Simulation.Chance;

namespace OrleansSeg.Data.Simulation.Texts;

/// <summary>What customers write to support.</summary>
internal static class SupportTexts
{
    private static readonly string[] LateParcels =
    [
        "Where is my parcel? Order {0} should have been here days ago.",
        "Order {0} has not arrived and the tracking page has not moved since Monday.",
        "I am still waiting for order {0}. Please look into it.",
        "The present in order {0} was for yesterday. When will it come?",
    ];

    private static readonly string[] Questions =
    [
        "Do you have the {0} in another size?",
        "How should I look after the {0}?",
        "Could I have an invoice for the {0}, please?",
        "Will the {0} be back in stock before the holidays?",
        "Can I change the delivery address for the {0}?",
    ];

    private static readonly string[] Complaints =
    [
        "The {0} from order {1} is faulty. {2} I would like a refund.",
        "Very unhappy with the {0} in order {1}. {2}",
        "Please tell me how to send back the {0}, order {1}. {2}",
    ];

    /// <summary>A late parcel.</summary>
    public static string Late(string orderId, RandomStream random) => random.Pick(LateParcels).Replace("{0}", orderId, StringComparison.Ordinal);

    /// <summary>A question without anger.</summary>
    public static string Question(ShopItem item, RandomStream random) => random.Pick(Questions).Replace("{0}", item.Kind, StringComparison.Ordinal);

    /// <summary>A complaint about an item.</summary>
    public static string Complaint(ShopItem item, string orderId, RandomStream random) => random.Pick(Complaints)
        .Replace("{0}", item.Kind, StringComparison.Ordinal)
        .Replace("{1}", orderId, StringComparison.Ordinal)
        .Replace("{2}", random.Pick(item.Category.Complaint), StringComparison.Ordinal);
}
