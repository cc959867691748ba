using System.Net;
using System.Net.Sockets;
using FastChat.Server.Hosting;
using FastChat.Server.Telemetry;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace FastChat.Server.Management;

/// <summary>Brings the operators' side into the server: the management port, and the export of metrics and traces.</summary>
public static partial class ManagementRegistration
{
    private const string Runtime = "System.Runtime";

    /// <summary>Set while the settings are read, where the default port was taken.</summary>
    private const string GaveWay = "Management:GaveWay";

    /// <summary>Adds the services, and begins to listen to the instruments; therefore it comes before the rooms that have some.</summary>
    public static void AddManagement(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<IValidateOptions<ManagementOptions>, ManagementOptionsValidation>();
        services.AddOptions<ManagementOptions>().Configure<IConfiguration>(ManagementOptions.Read).ValidateOnStart();
        AddExport(builder);
        GiveWay(builder.Configuration);
        var options = ManagementOptions.From(builder.Configuration);
        if (options.Read() is not { } url || options.Fault(builder.Configuration) is not null)
        {
            return;
        }

        var store = new MetricStore(Instruments.Name, Runtime);
        services.AddSingleton(_ => store);
        services.AddSingleton<StatusSampler>();
        services.AddHostedService(provider => provider.GetRequiredService<StatusSampler>());
        Listen(builder, ManagementOptions.Address(url));
    }

    /// <summary>Takes what comes to the management port off before anything else sees it, and lets none of it be answered elsewhere.</summary>
    public static void UseManagement(this WebApplication app)
    {
        if (app.Configuration[GaveWay] is not null)
        {
            LogGaveWay(app.Logger, ManagementOptions.Setting, new ManagementOptions().Url);
        }

        // Read without being checked: all settings are checked together, a moment later.
        var port = ManagementOptions.From(app.Configuration).Port;
        if (app.Services.GetService<MetricStore>() is null)
        {
            return;
        }

        var endpoint = ActivatorUtilities.CreateInstance<ManagementEndpoint>(app.Services);
        app.MapWhen(context => context.Connection.LocalPort == port, branch =>
        {
            branch.Use(SecurityHeaders.Apply);
            branch.Run(endpoint.HandleAsync);
        });
    }

    /// <summary>
    /// A port that nobody has asked for stops no start: where the default one is taken, by a second server on the machine or by something
    /// else, there is none.
    /// </summary>
    private static void GiveWay(ConfigurationManager configuration)
    {
        if (configuration[ManagementOptions.Setting] is null)
        {
            var options = new ManagementOptions();
            if (options.Fault(configuration) is not null || !IsFree(options.Port))
            {
                configuration[ManagementOptions.Setting] = string.Empty;
                configuration[GaveWay] = "true";
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var probe = new TcpListener(IPAddress.Loopback, port);
        try
        {
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    [LoggerMessage(8101, LogLevel.Warning, "{Url} is taken, so there are no metrics and no status page; {Setting} names another address, or none")]
    private static partial void LogGaveWay(ILogger logger, string setting, string url);

    private static void Listen(WebApplicationBuilder builder, string address)
    {
        Startup.ManagementAddress = address;
        if (builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Any())
        {
            builder.Configuration["Kestrel:Endpoints:Management:Url"] = address;
            return;
        }

        var ports = Ports("http_ports", "http").Concat(Ports("https_ports", "https"));
        var urls = builder.Configuration["urls"] is { Length: > 0 } given ? given : string.Join(';', ports);
        builder.WebHost.UseUrls($"{urls};{address}");

        IEnumerable<string> Ports(string setting, string scheme) =>
            (builder.Configuration[setting] ?? string.Empty).Split(';', StringSplitOptions.RemoveEmptyEntries).Select(port => $"{scheme}://*:{port}");
    }

    private static void AddExport(WebApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration[ManagementOptions.OtlpSetting]))
        {
            return;
        }

        var resource = ResourceBuilder.CreateDefault()
            .AddService("fastchat", serviceVersion: Instruments.Version, serviceInstanceId: Instruments.NodeId.ToString())
            .AddEnvironmentVariableDetector();
        builder.Services.AddSingleton(_ => Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource).AddSource(Instruments.Name).AddOtlpExporter().Build());
        builder.Services.AddSingleton(_ => Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource).AddMeter(Instruments.Name, Runtime).AddOtlpExporter().Build());
        builder.Services.AddHostedService<TelemetryExport>();
    }
}

/// <summary>Starts the export with the server; when the server ends, what was gathered is sent.</summary>
internal sealed class TelemetryExport(TracerProvider traces, MeterProvider metrics) : IHostedService
{
    /// <summary>How long the last of it may take, in milliseconds.</summary>
    private const int FlushMs = 2_000;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        traces.ForceFlush(FlushMs);
        metrics.ForceFlush(FlushMs);
        return Task.CompletedTask;
    }
}
