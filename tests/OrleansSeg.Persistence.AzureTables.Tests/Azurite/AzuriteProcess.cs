using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace OrleansSeg.Persistence.AzureTables.Tests;

/// <summary>An Azurite of one's own: free loopback ports, a temporary folder, an account whose key nobody else knows.</summary>
internal sealed partial class AzuriteProcess : IAsyncDisposable
{
    private const string Account = "orleansseg";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly string _folder;
    private readonly List<string> _output = [];
    private readonly Dictionary<string, int> _ports = [];
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private AzuriteProcess(string script)
    {
        _folder = Directory.CreateTempSubdirectory("orleansseg-azurite-").FullName;
        AccountKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(64));
        var start = new ProcessStartInfo("node")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                script, "--silent", "--disableTelemetry", "--skipApiVersionCheck", "--location", _folder,
                "--blobPort", "0", "--queuePort", "0", "--tablePort", "0",
            },
            Environment = { ["AZURITE_ACCOUNTS"] = $"{Account}:{AccountKey}" },
        };
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.Exited += (_, _) => _listening.TrySetException(new InvalidOperationException("Azurite ended while it started: " + Said));
    }

    /// <summary>The account's key, base64.</summary>
    public string AccountKey { get; }

    /// <summary>Connects to tables and blobs.</summary>
    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={AccountKey};BlobEndpoint={BlobEndpoint};TableEndpoint={TableEndpoint};";

    /// <summary>Address of the account's blobs.</summary>
    public string BlobEndpoint => $"http://127.0.0.1:{_ports["Blob"]}/{Account}";

    /// <summary>Address of the account's tables.</summary>
    public string TableEndpoint => $"http://127.0.0.1:{_ports["Table"]}/{Account}";

    private string Said
    {
        get
        {
            lock (_output)
            {
                return string.Join('\n', _output);
            }
        }
    }

    public static async Task<AzuriteProcess> StartAsync(string script)
    {
        var azurite = new AzuriteProcess(script);
        try
        {
            azurite._process.Start();
            azurite._process.BeginOutputReadLine();
            azurite._process.BeginErrorReadLine();
            await azurite._listening.Task.WaitAsync(StartTimeout);
            return azurite;
        }
        catch (TimeoutException exception)
        {
            var said = azurite.Said;
            await azurite.DisposeAsync();
            throw new InvalidOperationException("Azurite did not listen in time: " + said, exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [GeneratedRegex("Azurite (Blob|Table) service is successfully listening at http://127\\.0\\.0\\.1:([0-9]+)")]
    private static partial Regex Listening();

    private void Hear(string? line)
    {
        lock (_output)
        {
            _output.Add(line ?? "");
            if (Listening().Match(line ?? "") is { Success: true } match)
            {
                _ports[match.Groups[1].Value] = int.Parse(match.Groups[2].ValueSpan);
            }

            if (_ports.Count == 2)
            {
                _listening.TrySetResult();
            }
        }
    }
}
