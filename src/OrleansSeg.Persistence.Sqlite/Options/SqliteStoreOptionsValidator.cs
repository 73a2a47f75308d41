using Microsoft.Extensions.Options;

namespace OrleansSeg.Persistence.Sqlite;

/// <summary>Checks the bounds stated on <see cref="SqliteStoreOptions"/>.</summary>
[OptionsValidator]
public sealed partial class SqliteStoreOptionsValidator : IValidateOptions<SqliteStoreOptions>;
