using System.Net.Sockets;
using FastChat.Server.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace FastChat.Server.Hosting;

/// <summary>Starts the program, and where that fails for a reason an operator can mend, says so in a sentence.</summary>
public static class Startup
{
    private const string HostCategory = "Microsoft.Extensions.Hosting.Internal.Host";

    private static volatile bool isStarted;

#pragma warning disable RS0030 // The one place that speaks to whoever started the program; all else is logged.
    /// <summary>Where it says what was done.</summary>
    internal static TextWriter Output => Console.Out;

    /// <summary>Where it says why something was not done.</summary>
    internal static TextWriter Errors => Console.Error;
#pragma warning restore RS0030

    /// <summary>Where operators look, so that it is told from where the server serves; null if nowhere.</summary>
    internal static string? ManagementAddress { get; set; }

    /// <summary>Builds, starts and runs the program until it is told to stop.</summary>
    /// <param name="build">Makes the program ready to start: settings, database, endpoints.</param>
    /// <returns>The exit code: 0, or 1 if it could not start or did not end well.</returns>
    public static async Task<int> RunAsync(Func<Task<WebApplication>> build)
    {
        try
        {
            // Its end is within the try as well: what goes wrong while it closes is told, too.
            await using var app = await build();
            await app.StartAsync();
            isStarted = true;
            await Output.WriteLineAsync($"FastChat is listening on {AddressesOf(app)}");
            await app.WaitForShutdownAsync();
            return 0;
        }
#pragma warning disable CA1031 // The last boundary there is.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            var what = isStarted ? "FastChat did not end well" : "FastChat can't start";
            foreach (var sentence in Explain(fault))
            {
                await Errors.WriteLineAsync($"{what}: {sentence}");
            }

            return 1;
        }
    }

    /// <summary>What is wrong with the settings, in sentences; nothing is opened or started.</summary>
    internal static IReadOnlyList<string> FindFaults(WebApplicationBuilder builder, Action<WebApplicationBuilder> add)
    {
        try
        {
            add(builder);
            using var services = builder.Services.BuildServiceProvider();
            services.GetService<IStartupValidator>()?.Validate();
            return [];
        }
#pragma warning disable CA1031 // Whatever is wrong is told.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return [.. Explain(fault)];
        }
    }

    /// <summary>
    /// Keeps the framework from logging a failed start with a stack trace, since <see cref="RunAsync"/> says it in a
    /// sentence; once started, its errors are logged as ever.
    /// </summary>
    internal static void QuietHostUntilStarted(ILoggingBuilder logging) =>
        logging.AddFilter(HostCategory, level => isStarted && level >= LogLevel.Warning);

    /// <summary>What is wrong, in sentences for an operator; a fault that is a bug is told in full.</summary>
    internal static IEnumerable<string> Explain(Exception fault) => fault switch
    {
        AggregateException many => many.InnerExceptions.SelectMany(Explain),
        OptionsValidationException options => options.Failures,
        DatabaseRefusedException or DatabaseUnavailableException => [fault.Message],
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } => [fault.Message],
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException }
            when ManagementAddress is { } management && fault.Message.Contains(management + ":", StringComparison.OrdinalIgnoreCase) =>
            [$"{fault.Message.TrimEnd('.')}. Choose another address with MANAGEMENT_URL, or leave that empty to do without metrics and the status page."],
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } =>
            [$"{fault.Message.TrimEnd('.')}. Stop what listens there, or choose another address with --urls."],
        SocketException => [$"the address can't be listened on ({fault.Message}); choose another one with --urls."],
        FormatException when fault.Message.StartsWith("Invalid url", StringComparison.OrdinalIgnoreCase) => [$"--urls: {fault.Message}"],
        ArgumentOutOfRangeException { ParamName: "port" } => ["--urls: a port is a number from 0 to 65535."],
        InvalidOperationException when fault.Message.StartsWith("Unable to configure HTTPS", StringComparison.Ordinal) =>
            ["https needs a certificate; name one with Kestrel__Certificates__Default__Path, or let a proxy do https."],
        _ => [fault.ToString()],
    };

    private static string AddressesOf(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var serving = string.Join(", ", addresses.Where(address => address != ManagementAddress));
        return ManagementAddress is { } management && addresses.Contains(management) ? $"{serving}; its status page is at {management}" : serving;
    }
}
