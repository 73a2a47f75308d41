using OrleansSeg.Model.Features;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Federation.Training;

public sealed class ExampleDigestTests
{
    private static readonly ExampleSet Some = SmallRun.Examples.Training with { Examples = [.. SmallRun.Examples.Training.Examples.Where(example => example.Input.Tokens.Length > 1).Take(20)] };

    [Fact]
    public void Digest_IsTheSameOfTheSame_AndAnotherOnceAnythingDiffers()
    {
        var first = Some.Examples[0];
        var token = first.Input.Tokens.Span[0];
        Example[] others =
        [
            first with { CustomerId = "another" },
            first with { Label = first.Label ^ 1 },
            first with { HasPurchased = !first.HasPurchased },
            first with { BuysAgain = !first.BuysAgain },
            first with { FutureSpend = first.FutureSpend + 1 },
            first with { Input = With(AsOf: first.Input.AsOf.AddTicks(1)) },
            first with { Input = With(Aggregates: [.. first.Input.Aggregates[..^1], 17]) },
            first with { Input = With(Attributes: ["a=b"]) },
            first with { Input = With(Token: token with { Amount = token.Amount + 1 }) },
            first with { Input = With(Token: token with { Quantity = token.Quantity + 1 }) },
            first with { Input = With(Token: token with { EventCount = token.EventCount + 1 }) },
            first with { Input = With(Token: token with { Rating = 3 }) },
            first with { Input = With(Token: token with { Category = "new" }) },
            first with { Input = With(Token: token with { Texts = ["new"] }) },
            first with { Input = With(Token: token with { Timestamp = token.Timestamp.AddTicks(1) }) },
            first with { Input = With(Token: token with { Type = (Events.EventType)((int)token.Type ^ 1) }) },
        ];
        var digests = others.Select(other => ExampleDigest.Of(Some with { Examples = [other, .. Some.Examples.Skip(1)] })).Append(ExampleDigest.Of(Some)).ToList();
        Assert.Equal(others.Length + 1, digests.Distinct().Count());
        Assert.Equal(ExampleDigest.Of(Some), ExampleDigest.Of(Some with { Examples = [.. Some.Examples.Select(example => example with { })] }));
        Assert.NotEqual(ExampleDigest.Of(Some), ExampleDigest.Of(Some with { Examples = [.. Some.Examples.Skip(1)] }));

        CustomerInput With(DateTimeOffset? AsOf = null, float[]? Aggregates = null, string[]? Attributes = null, SequenceToken? Token = null) => first.Input with
        {
            AsOf = AsOf ?? first.Input.AsOf,
            Aggregates = Aggregates ?? first.Input.Aggregates,
            Attributes = Attributes ?? first.Input.Attributes,
            Tokens = Token is null ? first.Input.Tokens : new[] { Token }.Concat(first.Input.Tokens.ToArray().Skip(1)).ToArray(),
        };
    }
}
