using Microsoft.Extensions.Configuration;

namespace OrleansSeg.Cli.Sessions;

/// <summary>The configuration a verb works with: the file, then the environment, then the command line.</summary>
internal static class SiloConfiguration
{
    /// <summary>Folder of the store and the models when nothing says otherwise.</summary>
    public const string DefaultDataDirectory = "./orleansseg-data";

    /// <summary>Reads it.</summary>
    /// <param name="settings">The command line.</param>
    /// <param name="overrides">What a verb's own options set.</param>
    /// <exception cref="UsageException">The file is missing or no JSON.</exception>
    public static IConfiguration Read(CommonSettings settings, IReadOnlyDictionary<string, string?>? overrides = null)
    {
        var builder = new ConfigurationBuilder();
        if (settings.ConfigFile is { } file)
        {
            if (!file.Exists)
            {
                throw new UsageException($"--config: there is no file {file.FullName}.");
            }

            builder.AddJsonFile(file.FullName, optional: false);
        }

        builder.AddEnvironmentVariables("ORLEANSSEG__");
        var last = new Dictionary<string, string?>(overrides ?? new Dictionary<string, string?>());
        if (settings.DataDirectory is { } directory)
        {
            last["OrleansSeg:DataDirectory"] = directory;
        }

        if (settings.AsOf is { } asOf)
        {
            last["OrleansSeg:Rescoring:AsOf"] = asOf.ToString("O");
        }

        try
        {
            var configuration = builder.AddInMemoryCollection(last).Build();
            if (configuration["OrleansSeg:DataDirectory"] is null)
            {
                configuration["OrleansSeg:DataDirectory"] = Path.GetFullPath(DefaultDataDirectory);
            }

            return configuration;
        }
        catch (InvalidDataException exception)
        {
            throw new UsageException($"--config: {settings.ConfigFile?.FullName} is no valid JSON: {exception.InnerException?.Message ?? exception.Message}");
        }
    }

    /// <summary>The data directory, absolute.</summary>
    public static string DataDirectoryOf(IConfiguration configuration) =>
        Path.GetFullPath(configuration["OrleansSeg:DataDirectory"] ?? DefaultDataDirectory);
}
