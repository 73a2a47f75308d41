using System.Net;
using System.Net.Sockets;

namespace OrleansSeg.Silo.Hosting;

/// <summary>Finds ports for silos that need no fixed one.</summary>
public static class FreePort
{
    /// <summary>A free port of this machine's loopback address.</summary>
    public static int OnLoopback() => Resolve(IPAddress.Loopback, 0)[0];

    /// <summary>The ports asked for, with a free one, different from the others, for each 0.</summary>
    public static int[] Resolve(IPAddress address, params ReadOnlySpan<int> ports)
    {
        var resolved = ports.ToArray();
        var listeners = new List<TcpListener>();
        try
        {
            for (var i = 0; i < resolved.Length; i++)
            {
                if (resolved[i] == 0)
                {
                    // Held until all are found: a port that was let go could be found again.
                    var listener = new TcpListener(address, 0);
                    listeners.Add(listener);
                    listener.Start();
                    resolved[i] = ((IPEndPoint)listener.LocalEndpoint).Port;
                }
            }
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }

        return resolved;
    }
}
