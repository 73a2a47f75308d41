using System.CommandLine;

namespace OrleansSeg.Cli.Training;

/// <summary>Options that training and evaluation share.</summary>
internal static class TrainingOptions
{
    /// <summary>How far after a cutoff labels look, in days.</summary>
    public static Option<int> Horizon()
    {
        var option = new Option<int>("--horizon") { Description = "Days after a cutoff that labels look ahead.", DefaultValueFactory = _ => 90 };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var days) && days is < 1 or > 730)
            {
                result.AddError($"--horizon must be 1 to 730 days, not {days}.");
            }
        });
        return option;
    }
}
