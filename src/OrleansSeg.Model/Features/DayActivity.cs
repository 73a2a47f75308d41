namespace OrleansSeg.Model.Features;

/// <summary>What one customer did on one UTC day, as exact sums: adding events in any order gives the same.</summary>
public record struct DayActivity
{
    /// <summary>Gross spend.</summary>
    public decimal Spend { get; set; }

    /// <summary>Units bought.</summary>
    public decimal Quantity { get; set; }

    /// <summary>Purchase lines.</summary>
    public int Purchases { get; set; }

    /// <summary>Gross amount returned.</summary>
    public decimal Returned { get; set; }

    /// <summary>Return lines.</summary>
    public int Returns { get; set; }

    /// <summary>Views, searches and cart changes.</summary>
    public int Browses { get; set; }

    /// <summary>Campaign messages sent.</summary>
    public int CampaignsSent { get; set; }

    /// <summary>Campaign messages opened or clicked.</summary>
    public int CampaignResponses { get; set; }

    /// <summary>Reviews, social posts and support messages.</summary>
    public int Contacts { get; set; }
}
