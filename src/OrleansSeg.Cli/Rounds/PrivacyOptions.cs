using System.CommandLine;
using OrleansSeg.Federation;

namespace OrleansSeg.Cli.Rounds;

/// <summary>The options that say whom noise hides in a run, and how well.</summary>
internal sealed class PrivacyOptions
{
    private static readonly FederatedPrivacy Defaults = new();

    private readonly Option<string> _unit = new("--privacy-unit")
    {
        Description = "Whom noise hides: none; customer; or trainer, which is site-level and needs --update-clip.", DefaultValueFactory = _ => "none",
    };

    private readonly Option<double> _noise = new("--noise-multiplier")
    {
        Description = "Standard deviation of the noise over the norm that a customer's gradient, or a site's update, is clipped to.", DefaultValueFactory = _ => Defaults.NoiseMultiplier,
    };

    private readonly Option<double> _clip = new("--customer-clip")
    {
        Description = "Norm that each customer's gradient is clipped to, for --privacy-unit customer.", DefaultValueFactory = _ => Defaults.CustomerClipNorm,
    };

    private readonly Option<int> _perStep = new("--customers-per-step")
    {
        Description = "Customers that a local step draws on average, for --privacy-unit customer, 1 to 100,000.", DefaultValueFactory = _ => Defaults.CustomersPerStep,
    };

    private readonly Option<double> _delta = new("--delta") { Description = "The delta that epsilon is told at.", DefaultValueFactory = _ => Defaults.Delta };

    private readonly Option<double> _epsilonMax = new("--epsilon-max")
    {
        Description = "Train no round that would bring this run and the federation's earlier ones above this epsilon; 0 for no bound.", DefaultValueFactory = _ => Defaults.EpsilonMax,
    };

    public PrivacyOptions() => _unit.AcceptOnlyFromAmong([.. Enum.GetNames<ProtectedUnit>().Select(name => name.ToLowerInvariant())]);

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _unit, _noise, _clip, _perStep, _delta, _epsilonMax })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What the command line asks.</summary>
    public FederatedPrivacy Read(ParseResult parsed) => new()
    {
        Unit = Enum.Parse<ProtectedUnit>(parsed.GetValue(_unit)!, ignoreCase: true),
        NoiseMultiplier = parsed.GetValue(_noise),
        CustomerClipNorm = parsed.GetValue(_clip),
        CustomersPerStep = parsed.GetValue(_perStep),
        Delta = parsed.GetValue(_delta),
        EpsilonMax = parsed.GetValue(_epsilonMax),
    };
}
