using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansSeg.Customers;
using OrleansSeg.Federation;
using OrleansSeg.Inference;
using OrleansSeg.Placement;
using OrleansSeg.Silo.Storage;

namespace OrleansSeg.Silo.Configuration;

/// <summary>The sections of a silo-config file, and the options each one fills.</summary>
internal static class ConfigurationSections
{
    /// <summary>Name of the section that holds all others.</summary>
    public const string Root = "OrleansSeg";

    /// <summary>Name of the section that Orleans' own names are in.</summary>
    public const string Orleans = "Orleans";

    private static readonly string[] Tops = [Root, Orleans, "Logging"];
    private static readonly string[] Names = ["Network", "Membership", "Site", "Customers", "Partitions", "Rescoring", "Inference", "Role", "Federation", "Training"];

    /// <summary>Binds every section; a field that no option has is an error, because a misspelt bound would silently not hold.</summary>
    public static void Bind(IServiceCollection services, IConfiguration configuration, IStorageBackend storage)
    {
        var root = configuration.GetSection(Root);
        Bind<NetworkOptions>(services, root.GetSection("Network"));
        Bind<MembershipOptions>(services, root.GetSection("Membership"));
        Bind<SiteOptions>(services, root.GetSection("Site"));
        Bind<CustomerOptions>(services, root.GetSection("Customers"));
        Bind<PartitionOptions>(services, root.GetSection("Partitions"));
        Bind<RescoringOptions>(services, root.GetSection("Rescoring"));
        Bind<InferenceOptions>(services, root.GetSection("Inference"));
        Bind<RoleOptions>(services, root.GetSection("Role"));
        Bind<FederationOptions>(services, root.GetSection("Federation"));
        Bind<SchemeOptions>(services, root.GetSection("Training"));
        storage.Bind(services, root);
        services.AddSingleton<IValidateOptions<NetworkOptions>, NetworkOptionsValidator>();
        services.AddSingleton<IValidateOptions<NetworkOptions>, NetworkAddressValidator>();
        services.AddSingleton<IValidateOptions<MembershipOptions>, MembershipOptionsValidator>();
        services.AddSingleton<IValidateOptions<SiloSettings>, SiloSettingsValidator>();
        services.AddOptions<SiloSettings>().Configure(options => Fill(root, options)).ValidateOnStart();
    }

    /// <summary>Reads one section before the container exists.</summary>
    /// <exception cref="OptionsValidationException">A field breaks its bound.</exception>
    public static TOptions Read<TOptions>(IConfiguration configuration, string path, params IValidateOptions<TOptions>[] validators)
        where TOptions : class, new()
    {
        var options = new TOptions();
        BindStrictly(configuration.GetSection(path), options);
        Check(options, validators);
        return options;
    }

    /// <summary>Reads the top of the file before the container exists.</summary>
    /// <exception cref="OptionsValidationException">A field breaks its bound, or no option has it.</exception>
    public static SiloSettings ReadTop(IConfiguration configuration)
    {
        Expect(null, configuration, typeof(SiloSettings), Tops);
        var options = new SiloSettings();
        Fill(configuration.GetSection(Root), options);
        Check(options, [new SiloSettingsValidator(), new StorageNameValidator()]);
        return options;
    }

    /// <summary>Binds one section, checked at start.</summary>
    public static void Bind<TOptions>(IServiceCollection services, IConfigurationSection section)
        where TOptions : class => services.AddOptions<TOptions>().Configure(options => BindStrictly(section, options)).ValidateOnStart();

    private static void Fill(IConfigurationSection root, SiloSettings options)
    {
        Expect(root.Path, root, typeof(SiloSettings), [.. typeof(SiloSettings).GetProperties().Select(property => property.Name), .. Names, .. StorageBackends.Sections]);
        Convert(root, () => root.Bind(options), typeof(SiloSettings));
    }

    private static void Check<TOptions>(TOptions options, IEnumerable<IValidateOptions<TOptions>> validators)
        where TOptions : class
    {
        var failures = validators.SelectMany(validator => validator.Validate(null, options).Failures ?? []).ToList();
        if (failures.Count > 0)
        {
            throw new OptionsValidationException(typeof(TOptions).Name, typeof(TOptions), failures);
        }
    }

    private static void BindStrictly<TOptions>(IConfigurationSection section, TOptions options)
        where TOptions : class
    {
        Expect(section.Path, section, typeof(TOptions), [.. typeof(TOptions).GetProperties().Select(property => property.Name)]);
        Convert(section, () => section.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true), typeof(TOptions));
    }

    private static void Expect(string? path, IConfiguration section, Type type, IReadOnlyCollection<string> known)
    {
        var at = path is null ? "" : $"{path}:";
        var unknown = section.GetChildren().Select(child => child.Key).Except(known, StringComparer.OrdinalIgnoreCase).ToList();
        if (unknown.Count > 0)
        {
            throw new OptionsValidationException(
                path ?? "", type, unknown.Select(key => $"{at}{key} is no setting; expected {string.Join(", ", known.Order())}."));
        }
    }

    private static void Convert(IConfigurationSection section, Action bind, Type type)
    {
        try
        {
            bind();
        }
        catch (InvalidOperationException exception)
        {
            // The binder's message names the value, its place and the type it should have.
            throw new OptionsValidationException(section.Path, type, [exception.Message]);
        }
    }
}
