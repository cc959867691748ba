using System.Globalization;
using Microsoft.Extensions.Options;

namespace FastChat.Server.Management;

/// <summary>Where operators look.</summary>
public sealed class ManagementOptions
{
    /// <summary>The setting's name.</summary>
    public const string Setting = "MANAGEMENT_URL";

    /// <summary>The setting that switches the export by OTLP on; the others of its kind are read by OpenTelemetry itself.</summary>
    public const string OtlpSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Metrics and the status page (<c>MANAGEMENT_URL</c>); default <c>http://127.0.0.1:8001</c>, empty switches them off.</summary>
    public string Url { get; set; } = "http://127.0.0.1:8001";

    /// <summary>The port; 0 if it is off or can't be used.</summary>
    internal int Port => Read() is { } url ? url.Port : 0;

    /// <summary>Reachable from this machine alone: then only names that mean this machine are answered to.</summary>
    internal bool IsLoopback => Read()?.IsLoopback ?? false;

    internal static void Read(ManagementOptions options, IConfiguration configuration) => options.Url = configuration[Setting] ?? options.Url;

    internal static ManagementOptions From(IConfiguration configuration)
    {
        var options = new ManagementOptions();
        Read(options, configuration);
        return options;
    }

    /// <summary>Why it can't be used; null if it can.</summary>
    internal string? Fault(IConfiguration configuration)
    {
        if (Url.Length == 0)
        {
            return null;
        }

        if (Read() is not { } url)
        {
            return $"{Setting} must be like http://127.0.0.1:8001, with a port from 1 to 65535 and no path; empty switches it off.";
        }

        var port = string.Create(CultureInfo.InvariantCulture, $":{url.Port}");
        return (configuration["urls"] ?? string.Empty).Split(';').Any(other => other.TrimEnd('/').EndsWith(port, StringComparison.Ordinal) && !IsItself(other, url))
            ? $"{Setting} has the same port as --urls ({url.Port}): choose another one."
            : null;
    }

    private static bool IsItself(string other, Uri url) => other == Address(url);

    internal static string Address(Uri url) => url.GetLeftPart(UriPartial.Authority);

    internal Uri? Read() =>
        Uri.TryCreate(Url, UriKind.Absolute, out var url) && (url.Scheme is "http" or "https") && url.AbsolutePath == "/" && url.Query.Length == 0
        && url.UserInfo.Length == 0 && url.Port is > 0 and <= 65535
            ? url
            : null;
}

/// <summary>Finds what is wrong with the settings before the server starts.</summary>
internal sealed class ManagementOptionsValidation(IConfiguration configuration) : IValidateOptions<ManagementOptions>
{
    public ValidateOptionsResult Validate(string? name, ManagementOptions options) =>
        options.Fault(configuration) is { } fault ? ValidateOptionsResult.Fail(fault) : ValidateOptionsResult.Success;
}
