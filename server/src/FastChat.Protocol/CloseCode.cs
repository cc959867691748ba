namespace FastChat.Protocol;

/// <summary>
/// WebSocket close codes of the contract. 4000–4499 tell a client to connect again, 4500–4999 to stop; so a client
/// can act on a code that it does not know yet (the idea is centrifuge's).
/// </summary>
public static class CloseCode
{
    /// <summary>A normal end.</summary>
    public const int Normal = 1000;

    /// <summary>A binary frame, or a kind of data that is not read here.</summary>
    public const int BinaryRefused = 1003;

    /// <summary>Text that is not UTF-8.</summary>
    public const int InvalidUtf8 = 1007;

    /// <summary>A message that is too big, too slow or in too many pieces.</summary>
    public const int MessageTooBig = 1009;

    /// <summary>A fault of the server.</summary>
    public const int ServerError = 1011;

    /// <summary>This node is stopping; connect to another or again.</summary>
    public const int NodeRestarts = 1012;

    /// <summary>Overloaded, or the database is away; connect again, jittered.</summary>
    public const int TryAgainLater = 1013;

    /// <summary>The access token is not valid: refresh it, then connect.</summary>
    public const int TokenNotValid = 4001;

    /// <summary>No <c>HELLO</c> in time.</summary>
    public const int HelloTimeout = 4002;

    /// <summary>The reader was too slow: connect, then sync.</summary>
    public const int SlowReader = 4003;

    /// <summary>Went on after being refused many times: connect after 30 s.</summary>
    public const int TooManyRefusals = 4004;

    /// <summary>More connections of one user than allowed.</summary>
    public const int TooManyConnections = 4005;

    /// <summary>The session was revoked: stop.</summary>
    public const int SessionRevoked = 4500;

    /// <summary>The protocol was not followed (no <c>HELLO</c> first, a second <c>HELLO</c>): stop.</summary>
    public const int ProtocolViolated = 4501;
}
