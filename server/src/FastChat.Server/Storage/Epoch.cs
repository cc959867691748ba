namespace FastChat.Server.Storage;

/// <summary>Names this database's history; it changes when a backup is restored, and then all that clients cached is void.</summary>
public sealed record Epoch(string Value);
