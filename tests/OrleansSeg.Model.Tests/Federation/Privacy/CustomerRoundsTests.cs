using CsCheck;
using OrleansSeg.Model.Federation.Privacy;
using OrleansSeg.Model.Federation.Training;

namespace OrleansSeg.Model.Tests.Federation.Privacy;

public sealed class CustomerRoundsTests
{
    [Fact]
    public void Round_CostsNoTrainersCustomersMore_ThanItIsCounted() => Gen.Select(Gen.Long[0, 5000].Array[1, 6], Gen.Int[1, 300], Gen.Double[0.6, 3], Gen.Int[1, 3]).Sample(
        (customers, perStep, noise, epochs) =>
        {
            var round = CustomerRounds.Of(customers, perStep, noise, epochs, 1e-5);
            var each = customers.Where(count => count > 0)
                .Select(count => new PrivateSteps(SamplingScheme.Poisson, CustomerClipping.RateOf(perStep, count), noise, (long)CustomerClipping.StepsOf(perStep, count) * epochs))
                .ToList();
            Assert.All(each, steps => Assert.All(steps.Curve().Values.Zip(round.Curve.Values), value => Assert.True(value.First <= value.Second)));
            Assert.Equal(each.Count == 0, round.Curve.At(1e-5).Epsilon == 0);
            Assert.Contains(round.Steps, each.DefaultIfEmpty(round.Steps));
            Assert.Equal(each.Count == 0 ? 0 : each.Max(steps => steps.Curve().At(1e-5).Epsilon), round.Steps.Curve().At(1e-5).Epsilon, 9);
        },
        iter: 15);
}
