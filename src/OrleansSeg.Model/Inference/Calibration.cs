using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Inference;

/// <summary>Corrections of a trained network's heads, each one number fitted on validation.</summary>
/// <param name="Temperature">Divides the segment logits (Guo et al. 2017, arXiv:1706.04599); 1 for none.</param>
/// <param name="ChurnTemperature">Divides the churn logit; 1 for none.</param>
/// <param name="SpendFactor">Multiplies the expected spend, because the mean of a log is not the log of a mean.</param>
public sealed record Calibration(double Temperature, double ChurnTemperature, double SpendFactor)
{
    /// <summary>What heads mean under this calibration.</summary>
    internal Forecast ToForecast(Heads heads)
    {
        var churn = 1 / (1 + Math.Exp(-heads.Churn / ChurnTemperature));
        var spend = Math.Exp(Math.Clamp(heads.LogSpend, 0, 25)) - 1;
        return new Forecast(Calibrating.Probabilities(heads.Logits, Temperature), (float)churn, (float)(spend * SpendFactor));
    }
}
