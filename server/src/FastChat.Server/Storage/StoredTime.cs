namespace FastChat.Server.Storage;

/// <summary>Times that are stored as Unix milliseconds.</summary>
public static class StoredTime
{
    private static readonly long Earliest = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long Latest = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>
    /// The time that a number of milliseconds stands for. One that no calendar has, in a row that was damaged or written by hand, is the nearest
    /// that there is, so that one such row does not hide all the others that are read with it.
    /// </summary>
    public static DateTimeOffset From(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(milliseconds, Earliest, Latest));
}
