using System.IO.Hashing;
using OrleansSeg.Data.Simulation;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Tests.Simulation;

public sealed class ShopSimulatorTests
{
    private static readonly ShopOptions Small = new() { Customers = 60, Days = 400, End = Shops.End, Seed = 7 };

    [Fact]
    public async Task Shop_OfKnownOptions_IsTheSameOnEveryMachine()
    {
        // A change of the simulator changes this number, and with it every figure measured on simulated shops: change it knowingly.
        Assert.Equal("251aefdbd466cfa0", await HashOf(new ShopSimulator(Small with { Customers = 300 }).ByTime()));
    }

    [Fact]
    public async Task Shop_SimulatedTwice_IsTheSame() =>
        Assert.Equal(await HashOf(new ShopSimulator(Small).ByCustomer()), await HashOf(new ShopSimulator(Small).ByCustomer()));

    [Fact]
    public async Task Customer_AmongMoreCustomers_IsTheSame()
    {
        var few = new ShopSimulator(Small);
        var many = new ShopSimulator(Small with { Customers = 5_000 });
        foreach (var number in new[] { 0, 17, 59 })
        {
            Assert.Equal(await HashOf(few.Customer(number)), await HashOf(many.Customer(number)));
        }
    }

    [Fact]
    public async Task Customer_OfAnotherSeedOrSite_IsAnother()
    {
        var hashes = await Task.WhenAll(
            HashOf(new ShopSimulator(Small).Customer(3)),
            HashOf(new ShopSimulator(Small with { Seed = 8 }).Customer(3)),
            HashOf(new ShopSimulator(Small with { Site = "other" }).Customer(3)));
        Assert.Equal(3, hashes.Distinct().Count());
    }

    [Fact]
    public void ByTime_HoldsTheSameEvents_InOrderOfTime()
    {
        var simulator = new ShopSimulator(Small);
        var byTime = simulator.ByTime().ToList();
        Assert.Equal(byTime.OrderBy(e => e.Event.Timestamp).Select(e => e.Event.EventId), byTime.Select(e => e.Event.EventId));
        Assert.Equal(
            simulator.ByCustomer().Select(e => e.Event.EventId).Order(StringComparer.Ordinal),
            byTime.Select(e => e.Event.EventId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Events_OfEveryCustomer_AreSoundOrderedAndWithinTheSpan()
    {
        var simulator = new ShopSimulator(Small with { Customers = 400, End = Shops.End.AddHours(13.5) });
        var ids = new HashSet<string>();
        foreach (var history in Enumerable.Range(0, 400).Select(simulator.Customer))
        {
            Assert.All(history, e =>
            {
                Assert.Null(EventValidator.FindProblem(e.Event, simulator.Options.End));
                Assert.InRange(e.Event.Timestamp, simulator.Options.Start, simulator.Options.End.AddTicks(-1));
                Assert.True(CustomerKey.TryCreate(simulator.Options.Site, e.CustomerId, out _, out _));
                Assert.True(ids.Add(e.Event.EventId), e.Event.EventId);
            });
            var events = history.Select(e => e.Event).ToList();
            Assert.Equal(events.Order(EventOrder.Instance), events);
        }
    }

    [Fact]
    public void Attributes_OfACustomer_ComeWithTheFirstEventOnly()
    {
        foreach (var history in Enumerable.Range(0, 50).Select(new ShopSimulator(Small).Customer).Where(history => history.Count > 0))
        {
            Assert.Equal(["ageBand", "country", "signupChannel"], history[0].Attributes!.Keys);
            Assert.All(history.Skip(1), e => Assert.Null(e.Attributes));
        }
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0.1, 140, 260)]
    [InlineData(1, 2_000, 2_000)]
    public void Consent_OfTheAskedShare_IsWithheld(double share, int atLeast, int atMost)
    {
        var simulator = new ShopSimulator(Small with { WithheldConsentShare = share });
        Assert.InRange(Enumerable.Range(0, 2_000).Count(number => !simulator.Consents(number)), atLeast, atMost);
    }

    [Fact]
    public void Options_OutOfBounds_NameTheOption()
    {
        (ShopOptions Options, string Message)[] cases =
        [
            (Small with { Customers = 0 }, "Customers must be 1 to 10,000,000, not 0. (Parameter 'Customers')"),
            (Small with { Days = 59 }, "Days must be 60 to 3,650, not 59. (Parameter 'Days')"),
            (Small with { Site = "Shop!" }, "Site must have 1 to 32 characters of a-z, 0-9 and '-', not 'Shop!'. (Parameter 'Site')"),
            (Small with { WithheldConsentShare = 1.1 }, "WithheldConsentShare must be 0 to 1, not 1.1. (Parameter 'WithheldConsentShare')"),
            (Small with { End = default }, "End must be 2000 to 2099, not 0001-01-01T00:00:00.0000000+00:00. (Parameter 'End')"),
        ];
        foreach (var (options, message) in cases)
        {
            Assert.Equal(message, Assert.Throws<ArgumentException>(() => new ShopSimulator(options)).Message);
        }
    }

    private static async Task<string> HashOf(IEnumerable<CustomerEvent> events)
    {
        using var stream = new MemoryStream();
        await EventFileWriter.WriteAsync(stream, events);
        return $"{XxHash64.HashToUInt64(stream.ToArray()):x16}";
    }
}
