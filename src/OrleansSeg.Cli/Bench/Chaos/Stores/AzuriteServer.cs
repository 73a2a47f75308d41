using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace OrleansSeg.Cli.Bench.Chaos.Stores;

/// <summary>Azurite, the emulator of Azure Tables and Blobs: an account whose key nobody else knows, on ports that stay the same.</summary>
/// <remarks>It writes its tables to the disk every few seconds and when it is asked to end, so it is asked and never killed.</remarks>
internal sealed partial class AzuriteServer(string folder) : IStoreServer
{
    private const string Account = "orleansseg";
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(90);

    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(64));
    private readonly Dictionary<string, int> _ports = new() { ["Blob"] = 0, ["Table"] = 0 };
    private ChildProcess? _process;

    /// <inheritdoc />
    public string Store => "azure";

    /// <inheritdoc />
    public bool CanStop => true;

    /// <summary>Connects to tables and blobs.</summary>
    public string ConnectionString => string.Create(
        CultureInfo.InvariantCulture,
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={_key};BlobEndpoint=http://127.0.0.1:{_ports["Blob"]}/{Account};TableEndpoint=http://127.0.0.1:{_ports["Table"]}/{Account};");

    /// <inheritdoc />
    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["OrleansSeg:Storage"] = Store, ["OrleansSeg:AzureTables:ConnectionString"] = ConnectionString,
    };

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var heard = new HashSet<string>();
        string[] arguments =
        [
            AzuriteInstallation.Find() ?? throw new FileNotFoundException("Azurite is not installed: npm install azurite in the folder that ORLEANSSEG_AZURITE names."),
            "--silent", "--disableTelemetry", "--skipApiVersionCheck", "--location", folder, "--queuePort", "0",
            "--blobPort", Port("Blob"), "--tablePort", Port("Table"),
        ];
        _process = new ChildProcess("node", arguments, [new("AZURITE_ACCOUNTS", $"{Account}:{_key}")], (line, _) =>
        {
            if (Listening().Match(line) is { Success: true } match)
            {
                _ports[match.Groups[1].Value] = int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
                if (heard.Add(match.Groups[1].Value) && heard.Count == _ports.Count)
                {
                    listening.TrySetResult();
                }
            }
        });
        var first = await Task.WhenAny(listening.Task, _process.Exited, Task.Delay(StartMax, cancellationToken));
        if (first != listening.Task)
        {
            throw new InvalidOperationException($"Azurite did not start: {_process.Tail}");
        }
    }

    /// <inheritdoc />
    public async Task<string> StopAsync()
    {
        _process?.Signal(ChildProcess.Terminate);
        await (_process?.Exited ?? Task.CompletedTask);
        return "SIGTERM";
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;

    [GeneratedRegex("Azurite (Blob|Table) service is successfully listening at http://127\\.0\\.0\\.1:([0-9]+)")]
    private static partial Regex Listening();

    private string Port(string service) => _ports[service].ToString(CultureInfo.InvariantCulture);
}
