namespace FastChat.Faults.Network;

/// <summary>How a connection is cut.</summary>
public enum CutKind
{
    /// <summary>FIN to both sides: what was let through still arrives.</summary>
    Close,

    /// <summary>RST to both sides: what was let through may be thrown away on its way.</summary>
    Reset,
}
