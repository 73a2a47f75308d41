using System.Globalization;
using OrleansSeg.Events;
using OrleansSeg.Inference;
using OrleansSeg.Model.Features;

namespace OrleansSeg.Grains.Tests.Inference;

/// <summary>Requests in few words. A request's name travels in its input, so that a model can say whom it scored.</summary>
internal static class Inputs
{
    public const string Site = "shop";

    public static ScoringRequest Request(
        string name = "a", int steps = 8, ScoringPriority priority = ScoringPriority.Storefront, DateTimeOffset? deadline = null, string site = Site) =>
        new(site, Of(name, steps), priority, deadline);

    public static string NameOf(CustomerInput input) => input.Attributes[0];

    private static CustomerInput Of(string name, int steps) => new()
    {
        AsOf = DateTimeOffset.UnixEpoch,
        Aggregates = [],
        Attributes = [name],
        Tokens = Enumerable.Range(0, steps).Select(Step).ToArray(),
    };

    private static SequenceToken Step(int number) => new()
    {
        Type = EventType.View,
        Timestamp = DateTimeOffset.UnixEpoch.AddDays(number),
        EventCount = 1,
        Quantity = 1,
        Amount = 1,
        Rating = float.NaN,
        Texts = [number.ToString(CultureInfo.InvariantCulture)],
    };
}
