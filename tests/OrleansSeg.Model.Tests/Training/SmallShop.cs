using OrleansSeg.Events;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Training;

/// <summary>A shop small enough to train on in a second: regular buyers, big spenders, occasional ones and many who drop out.</summary>
internal static class SmallShop
{
    public static readonly DateTimeOffset Start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly TimeSpan Horizon = TimeSpan.FromDays(60);

    /// <summary>A plan whose epochs take a fraction of a second.</summary>
    public static readonly TrainingPlan Plan = new()
    {
        Horizon = Horizon, Seed = 7, CutoffStep = TimeSpan.FromDays(30), CutoffCountMax = 4, BootstrapResamples = 20,
    };

    private static readonly string[] Titles =
        ["RED MUG", "BLUE MUG", "GREEN TEAPOT", "TEA STRAINER", "PAPER CHAIN", "GIFT WRAP", "CANDLE HOLDER", "SCENTED CANDLE"];

    /// <summary>Histories over 400 days.</summary>
    public static List<CustomerHistory> Histories(int customers = 300, int seed = 3)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, customers).Select(i => One($"c{i}", random))];
    }

    public static HistorySource Source(IEnumerable<CustomerHistory> histories) => _ => histories.ToAsyncEnumerable();

    private static CustomerHistory One(string id, Random random)
    {
        var gap = Math.Exp(2 + (random.NextDouble() * 2.3));
        var price = Math.Round((decimal)Math.Exp(1 + (random.NextDouble() * 3)), 2);
        var last = random.NextDouble() < 0.5 ? 400 : random.NextDouble() * 400;
        var events = new List<BehaviourEvent>();
        var order = 0;
        var first = random.NextDouble() * 200;
        for (var day = first; day == first || day < last; day += gap * (0.3 - (0.7 * Math.Log(1 - random.NextDouble()))))
        {
            order++;
            var pair = random.Next(Titles.Length / 2) * 2;
            for (var line = 0; line < 2; line++)
            {
                events.Add(new BehaviourEvent
                {
                    EventId = $"{id}-{order}-{line}", Type = EventType.Purchase, Timestamp = Start.AddDays(day), OrderId = $"{id}-{order}",
                    Quantity = 1 + random.Next(3), UnitPrice = price, Text = Titles[pair + line], Category = "ware", Backfilled = true,
                });
            }
        }

        return new CustomerHistory(id, events, new Dictionary<string, string> { ["country"] = random.Next(2) == 0 ? "FR" : "DE" });
    }
}
