using OrleansSeg.Model.Evaluation;

namespace OrleansSeg.Model.Tests.Evaluation;

public sealed class RecalibrationTests
{
    [Fact]
    public void Fit_OnLogitsThatAreTooSureAndShifted_FindsTheShiftAndTheTemperature()
    {
        var (logits, labels) = Drawn(9, 8_000, truth => (truth * 2) - 3); // twice as sure, and short of one and a half for class 1
        var fitted = Recalibration.Fit(logits, labels);
        Assert.Equal(2, fitted.Temperature, 0.2);
        Assert.Equal(1.5, fitted.Biases[1] - fitted.Biases[0], 0.25); // the penalty holds it back a little
        Assert.Equal(labels.Average(), logits.Average(row => fitted.Apply(row)[1]), 0.02);
        Assert.True(fitted.LogLoss(logits, labels) < new Recalibration(1, [0, 0]).LogLoss(logits, labels) - 0.1);
    }

    [Theory]
    [InlineData(-4, 0.25)]
    [InlineData(-3, 0.2)]
    [InlineData(6, 0.5)]
    [InlineData(-20, 2)]
    public void Fit_OnLogitsThatAreNearlyCertainAndWrong_ComesNearHowOftenItHappens(float certain, float slope)
    {
        var (logits, labels) = Drawn(3, 600, truth => certain + (truth * slope));
        var fitted = Recalibration.Fit(logits, labels);
        Assert.Equal(labels.Average(), logits.Average(row => fitted.Apply(row)[1]), 0.12); // the penalty holds it back
        Assert.True(fitted.LogLoss(logits, labels) < Math.Log(2), $"{fitted.LogLoss(logits, labels)}");
    }

    [Fact]
    public void Fit_OnHonestLogits_ChangesLittle_AndWhatIsImpossibleStaysSo()
    {
        var random = new Random(4);
        var logits = Enumerable.Range(0, 5_000).Select(_ => new[] { 0f, 0f, -1e9f }).ToList();
        var labels = logits.Select(_ => random.Next(2)).ToList();
        var fitted = Recalibration.Fit(logits, labels);
        var probabilities = fitted.Apply(logits[0]);
        Assert.Equal(0.5, probabilities[0], 0.03);
        Assert.Equal(0, probabilities[2]);
        Assert.All(fitted.Biases, bias => Assert.InRange(bias, -0.2, 0.2));
    }

    [Fact]
    public void AClassThatValidationLacks_KeepsAFiniteBias()
    {
        var logits = Enumerable.Range(0, 200).Select(i => new[] { i % 2 == 0 ? 1f : -1f, 0f, 0f }).ToList();
        var fitted = Recalibration.Fit(logits, [.. logits.Select(row => row[0] > 0 ? 0 : 1)]);
        Assert.All(fitted.Biases, bias => Assert.True(double.IsFinite(bias)));
        Assert.True(fitted.Apply(logits[0])[2] > 0);
    }

    /// <summary>Two classes, the second as likely as the logistic of a truth from -2 to 2.</summary>
    private static (List<float[]> Logits, List<int> Labels) Drawn(int seed, int rows, Func<double, double> logit)
    {
        var random = new Random(seed);
        List<float[]> logits = [];
        List<int> labels = [];
        for (var i = 0; i < rows; i++)
        {
            var truth = (random.NextDouble() * 4) - 2;
            labels.Add(random.NextDouble() < 1 / (1 + Math.Exp(-truth)) ? 1 : 0);
            logits.Add([0, (float)logit(truth)]);
        }

        return (logits, labels);
    }
}
