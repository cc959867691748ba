using System.Net;
using FastChat.Server.Limits;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace FastChat.Server.Hosting;

/// <summary>What the web server takes of bytes, files and patience, whoever is on the other end.</summary>
internal static partial class HostBounds
{
    /// <summary>The largest body that any call may have is that of <c>/api/sync</c>, 1 MiB; each call checks its own limit.</summary>
    private const long MaxBodyBytes = (1024 * 1024) + (64 * 1024);

    /// <summary>For so long a request's head may be on its way; the framework's 30 s would let a dribbler hold three times as much.</summary>
    private static readonly TimeSpan HeadWithin = TimeSpan.FromSeconds(10);

    /// <summary>Registers the bounds.</summary>
    public static void Add(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<AdmissionOptions>().BindConfiguration(AdmissionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(provider =>
            Capacity.Of(Capacity.ReadOpenFiles(), provider.GetRequiredService<IOptions<AdmissionOptions>>().Value.Connections));
        services.AddOptions<KestrelServerOptions>().Configure<IConfiguration>(Bound);
    }

    /// <summary>Says so where the system lets the process open fewer files than the connections that were set would need.</summary>
    public static void WarnIfFew(IServiceProvider services)
    {
        var capacity = services.GetRequiredService<Capacity>();
        var set = services.GetRequiredService<IOptions<AdmissionOptions>>().Value.Connections;
        if (capacity.OpenFiles is { } files && (set == 0 || capacity.Sockets < set))
        {
            LogFewFiles(services.GetRequiredService<ILogger<Capacity>>(), files, capacity.Sockets);
        }
    }

    /// <summary>Runs before the settings are checked, when the program is built: so it reads them itself, and complains of none.</summary>
    private static void Bound(KestrelServerOptions kestrel, IConfiguration configuration)
    {
        var limits = configuration.GetSection(AdmissionOptions.Section).Get<AdmissionOptions>() ?? new AdmissionOptions();
        var hosting = new HostingOptions();
        HostingOptions.Read(hosting, configuration);
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        kestrel.Limits.RequestHeadersTimeout = HeadWithin;

        // A connection that was upgraded no longer counts here; those the gateway counts.
        kestrel.Limits.MaxConcurrentConnections = Capacity.Of(Capacity.ReadOpenFiles(), limits.Connections).Calls;
        var peers = new PeerLimit(limits.ConnectionsPerAddress, hosting.ReadTrustedProxies().Select(proxy => proxy.Network).OfType<IPNetwork>());
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => connection => peers.RunAsync(connection, next)));
    }

    [LoggerMessage(8004, LogLevel.Information, "This process may open {OpenFiles} files, therefore it takes up to {Sockets} sockets; raise the limit (ulimit -n, LimitNOFILE) for more")]
    private static partial void LogFewFiles(ILogger logger, int openFiles, int sockets);
}
