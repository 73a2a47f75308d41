using Microsoft.Extensions.Options;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>Checks the bounds stated on <see cref="AzureBlobBundleOptions"/>.</summary>
[OptionsValidator]
public sealed partial class AzureBlobBundleOptionsValidator : IValidateOptions<AzureBlobBundleOptions>;
