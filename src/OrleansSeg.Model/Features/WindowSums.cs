namespace OrleansSeg.Model.Features;

/// <summary>Sums over the last days before an instant, and over the season to come as it was a year ago.</summary>
internal sealed class WindowSums
{
    public WindowSums(LifetimeAggregates aggregates, int today, int[] windows)
    {
        PurchaseDays = new float[windows.Length];
        Spend = new float[windows.Length];
        foreach (var (number, day) in aggregates.Days)
        {
            var age = today - number;
            AddPurchases(day, age, windows);
            AddOthers(day, age, number);
        }
    }

    public float[] PurchaseDays { get; }

    public float[] Spend { get; }

    public float SeasonPurchaseDays { get; private set; }

    public float SeasonSpend { get; private set; }

    public float Returns180 { get; private set; }

    public float Browses7 { get; private set; }

    public float Browses30 { get; private set; }

    public float Browses90 { get; private set; }

    public int? LastBrowseDay { get; private set; }

    public float CampaignsSent90 { get; private set; }

    public float CampaignResponses90 { get; private set; }

    public float Contacts180 { get; private set; }

    private void AddPurchases(DayActivity day, int age, int[] windows)
    {
        if (day.Purchases == 0)
        {
            return;
        }

        for (var window = 0; window < windows.Length; window++)
        {
            if (age < windows[window])
            {
                PurchaseDays[window]++;
                Spend[window] += (float)day.Spend;
            }
        }

        if (age <= 365 && age > 365 - AggregateFeatures.SeasonDays)
        {
            SeasonPurchaseDays++;
            SeasonSpend += (float)day.Spend;
        }
    }

    private void AddOthers(DayActivity day, int age, int number)
    {
        if (day.Browses > 0)
        {
            LastBrowseDay = number;
            Browses7 += age < 7 ? day.Browses : 0;
            Browses30 += age < 30 ? day.Browses : 0;
            Browses90 += age < 90 ? day.Browses : 0;
        }

        Returns180 += age < 180 ? day.Returns : 0;
        CampaignsSent90 += age < 90 ? day.CampaignsSent : 0;
        CampaignResponses90 += age < 90 ? day.CampaignResponses : 0;
        Contacts180 += age < 180 ? day.Contacts : 0;
    }
}
