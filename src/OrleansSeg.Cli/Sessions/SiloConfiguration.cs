using Microsoft.Extensions.Configuration;

namespace OrleansSeg.Cli.Sessions;

/// <summary>The configuration a verb works with: the files, then the environment, then the command line.</summary>
internal static class SiloConfiguration
{
    /// <summary>Folder of the store and the models when nothing says otherwise.</summary>
    public const string DefaultDataDirectory = "./orleansseg-data";

    /// <summary>Reads it.</summary>
    /// <param name="settings">The command line.</param>
    /// <param name="overrides">What a verb's own options set.</param>
    /// <exception cref="UsageException">A file is missing or no JSON.</exception>
    public static IConfiguration Read(CommonSettings settings, IReadOnlyDictionary<string, string?>? overrides = null)
    {
        var builder = new ConfigurationBuilder();
        foreach (var file in settings.ConfigFiles)
        {
            builder.AddConfiguration(Read(file));
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

        var configuration = builder.AddInMemoryCollection(last).Build();
        if (configuration["OrleansSeg:DataDirectory"] is null)
        {
            configuration["OrleansSeg:DataDirectory"] = Path.GetFullPath(DefaultDataDirectory);
        }

        return configuration;
    }

    /// <summary>The data directory, absolute.</summary>
    public static string DataDirectoryOf(IConfiguration configuration) =>
        Path.GetFullPath(configuration["OrleansSeg:DataDirectory"] ?? DefaultDataDirectory);

    private static IConfigurationRoot Read(FileInfo file)
    {
        if (!file.Exists)
        {
            throw new UsageException($"--config: there is no file {file.FullName}.");
        }

        try
        {
            return new ConfigurationBuilder().AddJsonFile(file.FullName, optional: false).Build();
        }
        catch (InvalidDataException exception)
        {
            throw new UsageException($"--config: {file.FullName} is no valid JSON: {exception.InnerException?.Message ?? exception.Message}");
        }
    }
}
