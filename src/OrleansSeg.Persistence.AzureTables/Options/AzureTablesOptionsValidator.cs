using Microsoft.Extensions.Options;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>Checks the bounds stated on <see cref="AzureTablesOptions"/>.</summary>
[OptionsValidator]
public sealed partial class AzureTablesOptionsValidator : IValidateOptions<AzureTablesOptions>;
