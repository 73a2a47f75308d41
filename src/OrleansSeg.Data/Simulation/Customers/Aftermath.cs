using OrleansSeg.Data.Simulation.Assortment;
using OrleansSeg.Data.Simulation.Chance;
using OrleansSeg.Data.Simulation.Texts;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Simulation.Customers;

/// <summary>What follows an order: things are liked or not, sent back, reviewed, complained about, shown around.</summary>
/// <remarks>One hidden satisfaction for each line decides all of it, so ratings, texts, returns and leaving go together.</remarks>
internal sealed class Aftermath(CustomerTraits traits, EventJournal journal, RandomStream random)
{
    private const double LateShare = 0.04;
    private const double LatePenalty = 0.9;
    private const double Disappointment = -1.1;

    /// <summary>Lives through it; returns whether the customer turns away for it.</summary>
    public bool Follow(string orderId, DateTimeOffset paid, IReadOnlyList<BasketLine> lines)
    {
        var late = random.Chance(LateShare);
        if (late && random.Chance(0.6))
        {
            Write(SupportTexts.Late(orderId, random), paid + Days(6, 12));
        }

        var turnsAway = late && random.Chance(0.1);
        foreach (var line in lines)
        {
            var satisfaction = (0.7 * line.Item.Quality) + (0.7 * random.Normal()) + traits.Mildness - (late ? LatePenalty : 0);
            turnsAway |= FollowLine(orderId, paid, line, satisfaction);
        }

        if (random.Chance(0.02))
        {
            Write(SupportTexts.Question(lines[0].Item, random), paid + Days(1, 20));
        }

        return turnsAway;
    }

    private bool FollowLine(string orderId, DateTimeOffset paid, BasketLine line, double satisfaction)
    {
        var returns = random.Chance(ReturnProbability(line.Item.Category, satisfaction));
        if (returns)
        {
            journal.Add(ShopVisit.Event(EventType.Return, line.Item, paid + Days(3, 18), traits.Channel) with
            {
                OrderId = orderId,
                Quantity = line.Quantity > 1 && random.Chance(0.3) ? 1 : line.Quantity,
                UnitPrice = line.UnitPrice,
                Text = ReviewTexts.ReasonToReturn(line.Item, satisfaction < 0, random),
            });
        }

        var strong = satisfaction is < -0.8 or > 1.6;
        if (random.Chance(Math.Min(0.9, traits.ReviewShare * (strong ? 2 : 1))))
        {
            var rating = RatingOf(satisfaction);
            journal.Add(ShopVisit.Event(EventType.Review, line.Item, paid + Days(4, 28), traits.Channel) with
            {
                Rating = rating, Text = ReviewTexts.Write(line.Item, rating, random),
            });
        }

        if (satisfaction > 1.4 && random.Chance(0.03))
        {
            journal.Add(ShopVisit.Event(EventType.Social, line.Item, paid + Days(3, 15), "social") with { Text = ReviewTexts.Show(line.Item, random) });
        }

        if (satisfaction >= Disappointment)
        {
            return false;
        }

        if (random.Chance(0.35))
        {
            Write(SupportTexts.Complaint(line.Item, orderId, random), paid + Days(2, 9));
        }

        return random.Chance(0.25);
    }

    private double ReturnProbability(ShopCategory category, double satisfaction) =>
        Math.Min(0.85, category.ReturnShare * traits.ReturnTaste * (satisfaction < Disappointment ? 5 : satisfaction < 0 ? 1.6 : 0.6));

    private static int RatingOf(double satisfaction) => satisfaction switch { > 0.2 => 5, > -0.4 => 4, > -0.9 => 3, > -1.4 => 2, _ => 1 };

    private void Write(string text, DateTimeOffset time) => journal.Add(new BehaviourEvent
    {
        EventId = "", Type = EventType.SupportMessage, Timestamp = time, Channel = random.Chance(0.7) ? "e-mail" : traits.Channel, Text = text,
    });

    private TimeSpan Days(double low, double high) => TimeSpan.FromSeconds(Math.Floor(random.Uniform(low, high) * 86_400));
}
