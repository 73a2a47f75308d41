namespace OrleansSeg.Events;

/// <summary>What a customer did. The numbers are stored and travel: add, never renumber.</summary>
public enum EventType : byte
{
    /// <summary>Never valid: a type that was not set.</summary>
    None = 0,

    /// <summary>Looked at an item.</summary>
    View = 1,

    /// <summary>Searched; the query is the event's text.</summary>
    Search = 2,

    /// <summary>Put an item in the cart.</summary>
    AddToCart = 3,

    /// <summary>Took an item out of the cart.</summary>
    RemoveFromCart = 4,

    /// <summary>Bought a quantity of one item: one line of an order.</summary>
    Purchase = 5,

    /// <summary>Sent a quantity back, or cancelled it; quantity and price are positive.</summary>
    Return = 6,

    /// <summary>Rated an item, wrote about it, or both.</summary>
    Review = 7,

    /// <summary>Said something about the shop on a social channel.</summary>
    Social = 8,

    /// <summary>Was sent a campaign message.</summary>
    CampaignSent = 9,

    /// <summary>Opened a campaign message.</summary>
    CampaignOpened = 10,

    /// <summary>Followed a link in a campaign message.</summary>
    CampaignClicked = 11,

    /// <summary>Wrote to customer support.</summary>
    SupportMessage = 12,
}
