using System.Net;
using System.Net.Sockets;

namespace OrleansSeg.Stores.Tests;

/// <summary>A loopback port where nothing listens.</summary>
internal static class FreePort
{
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
