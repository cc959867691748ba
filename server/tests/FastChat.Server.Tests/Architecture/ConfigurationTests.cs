using System.Reflection;
using FastChat.Server.Cluster;
using FastChat.Server.Hosting;
using FastChat.Server.Management;
using FastChat.Server.Storage;
using Xunit;

namespace FastChat.Server.Tests.Architecture;

public sealed class ConfigurationTests
{
    /// <summary>Settings that are not named by section and property.</summary>
    private static readonly Dictionary<string, string> Named = new(StringComparer.Ordinal)
    {
        [$"{nameof(HostingOptions)}.{nameof(HostingOptions.DocsEnabled)}"] = "Docs__Enabled",
        [$"{nameof(HostingOptions)}.{nameof(HostingOptions.AllowedOrigins)}"] = "ALLOWED_ORIGINS",
        [$"{nameof(HostingOptions)}.{nameof(HostingOptions.TrustedProxies)}"] = "TRUSTED_PROXIES",
        [$"{nameof(ClusterOptions)}.{nameof(ClusterOptions.RabbitMq)}"] = ClusterOptions.Setting,
        [$"{nameof(ClusterOptions)}.{nameof(ClusterOptions.PostgresUrl)}"] = ClusterOptions.Setting,
        [$"{nameof(HostingOptions)}.{nameof(HostingOptions.PathBase)}"] = "PATH_BASE",
        [$"{nameof(HostingOptions)}.{nameof(HostingOptions.AssetsUrl)}"] = "ASSETS_URL",
        [$"{nameof(HostingOptions)}.{nameof(HostingOptions.LogFormat)}"] = "LOG_FORMAT",
        [$"{nameof(ManagementOptions)}.{nameof(ManagementOptions.Url)}"] = ManagementOptions.Setting,
        [$"{nameof(StorageOptions)}.{nameof(StorageOptions.SqlitePath)}"] = StorageOptions.Setting,
        [$"{nameof(StorageOptions)}.{nameof(StorageOptions.Postgres)}"] = StorageOptions.Setting,
    };

    [Fact]
    public void Every_setting_stands_in_the_documentation()
    {
        var documented = File.ReadAllText(Path.Combine(Tree.Root, "docs", "configuration.md"));
        var settings = Settings().ToList();
        Assert.Contains("Limits__MessageLength", settings);
        Assert.Contains("Presence__OfflineGraceSeconds", settings);
        Assert.Equal(settings, settings.Where(setting => documented.Contains($"`{setting}`", StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Settings() =>
        from type in typeof(StorageOptions).Assembly.GetTypes()
        where type is { IsPublic: true, Namespace: not null } && type.Name.EndsWith("Options", StringComparison.Ordinal)
        from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        select Named.TryGetValue($"{type.Name}.{property.Name}", out var name) ? name : $"{SectionOf(type)}__{property.Name}";

    private static string SectionOf(Type type) =>
        (string?)type.GetField("Section")?.GetRawConstantValue() ?? throw new InvalidOperationException($"{type.Name} names no section and no setting");
}
