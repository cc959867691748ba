namespace FastChat.Server.Storage.Archive;

/// <summary>A backup can't be written or used; the message is the sentence that the operator reads. Nothing was changed.</summary>
public sealed class ArchiveRefusedException : Exception
{
    public ArchiveRefusedException()
    {
    }

    public ArchiveRefusedException(string message)
        : base(message)
    {
    }

    public ArchiveRefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
