using System.Net;
using System.Net.Sockets;

namespace OrleansSeg.Silo.Hosting;

/// <summary>Finds ports for silos that need no fixed one.</summary>
internal static class FreePort
{
    /// <summary>The port asked for, or a free one for 0.</summary>
    public static int Resolve(IPAddress address, int port)
    {
        if (port != 0)
        {
            return port;
        }

        using var listener = new TcpListener(address, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
