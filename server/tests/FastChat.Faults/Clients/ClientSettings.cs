namespace FastChat.Faults.Clients;

/// <summary>How a client behaves; the times are shorter than a real client's, so that an experiment takes seconds.</summary>
public sealed record ClientSettings
{
    /// <summary>Messages of a chat that may be under way at once. 1 keeps the typed order whatever happens; the web client does so.</summary>
    public int Window { get; init; } = 1;

    /// <summary>The first wait before a reconnect is somewhere below this, each further one below twice that (CL6: 0.5 s).</summary>
    public TimeSpan ReconnectBase { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>No wait before a reconnect is longer (CL6: 30 s).</summary>
    public TimeSpan ReconnectCap { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A message without an answer for so long is sent again on the same connection; longer than GW3's 5 s.</summary>
    public TimeSpan ResendAfter { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>After so long without a frame the client sends PING (the server's `heartbeat_ms`: 20 s).</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>After so long without an answer to PING, HELLO or a call the connection counts as dead.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For the waits' chance.</summary>
    public int Seed { get; init; }
}

/// <summary>Moments at which a client can be held, while others go on.</summary>
public enum PausePoint
{
    /// <summary>Before the socket is opened.</summary>
    BeforeConnect,

    /// <summary>The socket is open, HELLO is not sent.</summary>
    BeforeHello,

    /// <summary>HELLO is sent; HELLO_ACK, and what comes after it, is not read yet.</summary>
    BeforeHelloAck,

    /// <summary>HELLO_ACK is read; the catch-up is not asked for.</summary>
    BeforeSync,

    /// <summary>The answer to a page of the catch-up is here and not applied.</summary>
    BeforeSyncApplied,

    /// <summary>A page of the catch-up is applied; the next, or the end, is not looked at.</summary>
    AfterSyncPage,

    /// <summary>A gap was seen; its changes are not asked for.</summary>
    BeforeChanges,

    /// <summary>The changes are here and not applied.</summary>
    BeforeChangesApplied,
}
