namespace OrleansSeg.Model.Inference.Counterfactuals;

/// <summary>What a customer might do, the smallest first.</summary>
public enum HypothesisKind
{
    /// <summary>Nothing, for a number of days.</summary>
    Silence,

    /// <summary>A visit to the shop.</summary>
    Visit,

    /// <summary>Opening a campaign message.</summary>
    Response,

    /// <summary>An order of the usual size.</summary>
    Order,

    /// <summary>An order of twice the usual size.</summary>
    LargeOrder,

    /// <summary>Two usual orders, a week apart.</summary>
    TwoOrders,

    /// <summary>Three usual orders, a week apart each.</summary>
    ThreeOrders,
}
