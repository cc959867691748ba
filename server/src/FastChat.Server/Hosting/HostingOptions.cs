using System.Net;
using FastChat.Server.Rest;
using Microsoft.Extensions.Options;

namespace FastChat.Server.Hosting;

/// <summary>Settings of the host; their names are their places in the configuration.</summary>
public sealed class HostingOptions
{
    /// <summary>The setting of <see cref="LogFormat"/>.</summary>
    internal const string LogFormatSetting = "LOG_FORMAT";

    /// <summary>Whether <c>/docs</c> and <c>/openapi/v1.json</c> are served (<c>Docs__Enabled</c>); default true.</summary>
    public bool DocsEnabled { get; set; } = true;

    /// <summary>More origins whose pages may use this server (<c>ALLOWED_ORIGINS</c>), separated by commas; default none.</summary>
    public string AllowedOrigins { get; set; } = string.Empty;

    /// <summary>
    /// Whose <c>X-Forwarded-*</c> headers are believed (<c>TRUSTED_PROXIES</c>): addresses or networks (<c>10.0.0.0/8</c>)
    /// separated by commas; default loopback, empty is nobody.
    /// </summary>
    public string TrustedProxies { get; set; } = "127.0.0.0/8,::1";

    /// <summary>The path before everything (<c>PATH_BASE</c>), such as <c>/chat</c>; default none.</summary>
    public string PathBase { get; set; } = string.Empty;

    /// <summary>The folder at a CDN from which pages load what is under <c>assets/</c> (<c>ASSETS_URL</c>); default none.</summary>
    public string AssetsUrl { get; set; } = string.Empty;

    /// <summary>How the log is written (<c>LOG_FORMAT</c>): <c>text</c> or <c>json</c>; default text.</summary>
    public string LogFormat { get; set; } = "text";

    /// <summary>Reads the settings.</summary>
    internal static void Read(HostingOptions options, IConfiguration configuration)
    {
        options.DocsEnabled = configuration.GetValue("Docs:Enabled", options.DocsEnabled);
        options.AllowedOrigins = configuration[OriginPolicy.Setting] ?? options.AllowedOrigins;
        options.TrustedProxies = configuration["TRUSTED_PROXIES"] ?? options.TrustedProxies;
        options.PathBase = configuration[PublicAddress.PathBaseSetting] ?? options.PathBase;
        options.AssetsUrl = configuration[PublicAddress.AssetsSetting] ?? options.AssetsUrl;
        options.LogFormat = configuration[LogFormatSetting] is { Length: > 0 } format ? format : options.LogFormat;
    }

    /// <summary>The networks of <see cref="TrustedProxies"/>; null for an entry that is none.</summary>
    internal IEnumerable<(string Entry, IPNetwork? Network)> ReadTrustedProxies()
    {
        foreach (var entry in TrustedProxies.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (IPNetwork.TryParse(entry, out var network))
            {
                yield return (entry, network);
            }
            else if (IPAddress.TryParse(entry, out var address))
            {
                yield return (entry, new IPNetwork(address, address.GetAddressBytes().Length * 8));
            }
            else
            {
                yield return (entry, null);
            }
        }
    }
}

/// <summary>Finds what is wrong with the settings before the server starts.</summary>
internal sealed class HostingOptionsValidation : IValidateOptions<HostingOptions>
{
    public ValidateOptionsResult Validate(string? name, HostingOptions options)
    {
        var faults = OriginPolicy.Check(options.AllowedOrigins)
            .Concat(options.ReadTrustedProxies()
                .Where(proxy => proxy.Network is null)
                .Select(proxy => $"TRUSTED_PROXIES: `{proxy.Entry}` is no address and no network; write 10.1.2.3 or 10.0.0.0/8."))
            .Concat(PublicAddress.Check(options))
            .Concat(options.LogFormat is "text" or "json" ? [] : ["LOG_FORMAT must be text or json."])
            .ToList();
        return faults.Count > 0 ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
