using System.Runtime.CompilerServices;
using FastChat.Faults.Processes;

[assembly: AssemblyFixture(typeof(OpenServer))]

namespace FastChat.EndToEndTests.Harness;

/// <summary>One server for a class, or for all tests, started before the first of them.</summary>
public abstract class ServerFixture(params (string Name, string Value)[] settings) : IAsyncLifetime
{
    private ServerProcess? server;

    public ServerProcess Server => server ?? throw new InvalidOperationException("The server has not been started.");

    public async ValueTask InitializeAsync() =>
        server = await ServerProcess.StartAsync(settings.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal));

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }
}

/// <summary>Shared by all tests that are neither about limits, presence nor the process: no limits. Each test brings its own guests.</summary>
public sealed class OpenServer() : ServerFixture([.. Settings.NoLimits]);

/// <summary>The limits of the contract, as they are out of the box.</summary>
public sealed class LimitedServer() : ServerFixture(("Limits__GuestsPerHour", "0"));

/// <summary>Nobody but the test's own users is online here.</summary>
public sealed class PresenceServer() : ServerFixture([.. Settings.NoLimits]);

/// <summary>Tests of short times: they run by themselves, after the others, so that only the server is measured.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}

public static class Settings
{
    public static readonly IReadOnlyList<(string Name, string Value)> NoLimits =
    [
        ("Limits__MessagesPerMinute", "0"), ("Limits__MessageBurst", "0"), ("Limits__TypingPerSecond", "0"),
        ("Limits__FramesPerSecond", "0"), ("Limits__FrameBurst", "0"), ("Limits__ConnectionsPerUser", "0"),
        ("Limits__GuestsPerHour", "0"), ("Limits__HellosPerSecond", "0"), ("Limits__ConnectionsPerAddress", "0"),
        ("Limits__RequestsPerMinute", "0"),
    ];

    /// <summary>No limits, but for these.</summary>
    public static Dictionary<string, string> NoLimitsBut(params (string Name, string Value)[] others)
    {
        var all = NoLimits.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
        foreach (var (name, value) in others)
        {
            all[name] = value;
        }

        return all;
    }
}

/// <summary>A class of tests, with its fixtures, is what owns slots for processes.</summary>
internal static class SlotOwners
{
    [ModuleInitializer]
    internal static void Set() => ProcessSlots.CurrentOwner = () => TestContext.Current.TestClass?.UniqueID ?? "all tests";
}
