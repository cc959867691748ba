namespace FastChat.Faults.Clients;

/// <summary>A call that was not answered as it should: <see cref="Status"/> is the HTTP status, or 0 where none came.</summary>
public sealed class ApiException : Exception
{
    internal ApiException(string call, int status, string text, Exception? cause = null)
        : base($"{call} answered {status}: {text}", cause) => Status = status;

    /// <summary>The HTTP status; 0 for no answer at all.</summary>
    public int Status { get; }

    /// <summary>Trying again later may help.</summary>
    public bool IsPassing => Status is 0 or 429 or >= 500;
}
